"""One picture from its bytes to its answer: verified, kept where a person should look, recorded."""

import asyncio
import hashlib
from datetime import UTC, datetime

import structlog
from ekyc_chassis.errors import EkycError

from ekyc_gateway.access.key_record import KeyRecord
from ekyc_gateway.answer import Answer
from ekyc_gateway.decide import decide, stages, with_detail
from ekyc_gateway.gateway import Gateway
from ekyc_gateway.reviews.case import Case
from ekyc_gateway.verification_id import new_id
from ekyc_gateway.verify import verify


async def submit(
    gateway: Gateway, caller: KeyRecord, image: bytes, *, profile: str, detail: bool, request_id: str
) -> Answer:
    """Verify a picture. When this returns, nothing of the answer can be lost any more.

    Args:
        gateway: That serves the request.
        caller: Whose key it is.
        image: The file as the client sent it.
        profile: Camera profile; empty for the default one.
        detail: Answer everything that was measured.
        request_id: Passed on to the services.

    Raises:
        EkycError: The picture is unreadable, a service failed, or the picture could not be kept
            (storage_unavailable): then nothing was kept, and the client should send it again.
    """
    settings = gateway.settings
    verification = await verify(
        image, profile, backends=gateway.backends, seconds=settings.deadline_seconds, request_id=request_id
    )
    verification_id, sha256 = new_id(), hashlib.sha256(image).hexdigest()
    earlier = None
    if verification.score is not None:  # a picture to be taken again is no upload to be replayed
        bits = verification.report.perceptual_hash
        earlier = await gateway.duplicates.seen(caller.client, sha256, bits, verification_id)
    answer = decide(verification_id, verification, seen_before=earlier is not None)
    try:
        if answer.decision in settings.review_decisions:
            case = Case(
                verification_id=verification_id,
                client=caller.client,
                created=datetime.now(UTC),
                request_id=request_id,
                picture_sha256=sha256,
                picture_bytes=len(image),
                answer=with_detail(answer, verification),
            )
            async with asyncio.timeout(settings.storage_seconds):
                await gateway.outbox.put(case, image)
        gateway.audit.append(
            caller.id,
            caller.client,
            "verify",
            verification_id,
            decision=answer.decision,
            reasons=[reason.code for reason in answer.reasons],
            profile=verification.report.profile,
            model=answer.model.version if answer.model else None,
            model_sha256=answer.model.sha256 if answer.model else None,
            picture_sha256=sha256,
            duplicate_of=earlier,
        )
    except (OSError, TimeoutError) as error:
        structlog.get_logger().error("picture not kept", error=type(error).__name__)
        await gateway.outbox.remove(verification_id)
        raise EkycError("storage_unavailable") from error
    gateway.metrics.verified(answer, stages(verification))
    return with_detail(answer, verification) if detail else answer
