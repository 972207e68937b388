"""A client's channel to one service."""

import json

import grpc

from ekyc_chassis.limits import MAX_MESSAGE_BYTES


def connect(target: str, service: str, *, tls: bool = False) -> grpc.aio.Channel:
    """Open a channel that connects on first use, reconnects by itself and spreads calls over all addresses.

    A call that found the service UNAVAILABLE is tried again (three attempts, within its own deadline);
    nothing else is retried.

    Args:
        target: A gRPC name, for example "127.0.0.1:50051" or "dns:///quality.ekyc.internal:50051".
        service: Full name of the protobuf service, for example "ekyc.v1.QualityService".
        tls: Encrypt, and trust what the system trusts (or the file in GRPC_DEFAULT_SSL_ROOTS_FILE_PATH): a load
            balancer takes gRPC over HTTPS only.
    """
    service_config = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{"service": service}],
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 3,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
    options = [
        ("grpc.service_config", json.dumps(service_config)),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        # A message larger than the retry buffer is never tried again.
        ("grpc.per_rpc_retry_buffer_size", MAX_MESSAGE_BYTES),
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        # A service that moved is looked up again at once, not after the default 30 s.
        ("grpc.dns_min_time_between_resolutions_ms", 1_000),
        ("grpc.enable_http_proxy", 0),
    ]
    if tls:
        return grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(), options=options)
    return grpc.aio.insecure_channel(target, options=options)
