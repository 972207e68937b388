"""`ekyc-keys`: issue, list and revoke API keys."""

import argparse
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ekyc_gateway.access.api_key import ApiKey
from ekyc_gateway.access.key_record import SCOPES, KeyRecord
from ekyc_gateway.access.key_source import FileKeys, KeySource, KeySourceError, SecretKeys
from ekyc_gateway.access.rate import is_rate
from ekyc_gateway.settings import SHORTEST_PEPPER


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="ekyc-keys", description="Issue, list and revoke API keys.")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--file", type=Path, help="key file (GATEWAY_KEYS_FILE)")
    place.add_argument("--secret", help="name or ARN of a secret in AWS Secrets Manager (GATEWAY_KEYS_SECRET)")
    commands = parser.add_subparsers(dest="command", required=True)
    issue = commands.add_parser(
        "issue", help="make a key (or take API_KEY) and print it, once; needs GATEWAY_KEY_PEPPER"
    )
    issue.add_argument("client", help="whom it is for: lower case, digits, dashes")
    issue.add_argument("--scope", action="append", choices=SCOPES, help="may be given twice (verify)")
    issue.add_argument("--days", type=float, help="until it expires (never)")
    issue.add_argument("--rate", help='its own limit, for example "100/minute" (the gateway\'s)')
    issue.add_argument(
        "--once", action="store_true", help="do nothing where the client has a live key (for a start-up job)"
    )
    commands.add_parser("list", help="show every key but its secret")
    revoke = commands.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("id")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 1 where it could not be done."""
    options = parse_arguments(arguments)
    try:
        source = _source(options)
        {"issue": _issue, "list": _list, "revoke": _revoke}[options.command](options, source)
    except (KeySourceError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _source(options: argparse.Namespace) -> KeySource:
    file = options.file or os.environ.get("GATEWAY_KEYS_FILE")
    secret = options.secret or os.environ.get("GATEWAY_KEYS_SECRET")
    if options.secret or (secret and not options.file):
        return SecretKeys(str(secret))
    if file:
        return FileKeys(Path(file))
    raise KeySourceError("say where the keys are: --file or --secret")


def _issue(options: argparse.Namespace, source: KeySource) -> None:
    pepper = os.environ.get("GATEWAY_KEY_PEPPER", "")
    if len(pepper) < SHORTEST_PEPPER:
        raise ValueError(f"set GATEWAY_KEY_PEPPER to at least {SHORTEST_PEPPER} characters, the same as the gateway's")
    if options.rate is not None and not is_rate(options.rate):
        raise ValueError(f'"{options.rate}" is no rate; write for example 100/minute')
    # A key that somebody chose, for trying things out; anything else is random.
    chosen = os.environ.get("API_KEY")
    key = ApiKey.parse(chosen) if chosen else ApiKey.new()
    now = datetime.now(UTC)
    known = source.read()
    if options.once and not chosen and any(one.client == options.client and one.is_live(now) for one in known.keys):
        return
    expires = now + timedelta(days=options.days) if options.days else None
    scopes = tuple(options.scope or ("verify",))
    record = KeyRecord.of(key, pepper, options.client, scopes, expires=expires, rate=options.rate)
    source.write(known.with_key(record))
    if chosen:
        return
    print(key.text)
    print("give this key to the client; it is stored nowhere and cannot be shown again", file=sys.stderr)


def _list(_: argparse.Namespace, source: KeySource) -> None:
    now = datetime.now(UTC)
    print(f"{'id':14} {'client':20} {'scopes':15} {'created':10} {'expires':10} state")
    for record in source.read().keys:
        state = "live" if record.is_live(now) else "revoked" if record.revoked else "expired"
        expires = f"{record.expires:%Y-%m-%d}" if record.expires else "never"
        scopes = ",".join(record.scopes)
        print(f"{record.id:14} {record.client:20} {scopes:15} {record.created:%Y-%m-%d} {expires:10} {state}")


def _revoke(options: argparse.Namespace, source: KeySource) -> None:
    try:
        source.write(source.read().revoked(options.id, datetime.now(UTC)))
    except KeyError:
        raise ValueError(f"there is no key {options.id}") from None
    print(f"{options.id} is revoked; running gateways refuse it after GATEWAY_KEYS_REFRESH_SECONDS")


if __name__ == "__main__":
    sys.exit(main())
