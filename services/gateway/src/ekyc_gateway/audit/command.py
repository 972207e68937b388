"""`ekyc-audit verify`: is an audit log whole and unchanged?"""

import argparse
import json
import sys
from pathlib import Path

from ekyc_gateway.audit.entry import GENESIS, seal


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="ekyc-audit", description="Check audit logs.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check every hash of a log; exit 1 at the first that is wrong")
    verify.add_argument("file", type=Path)
    verify.add_argument("--last", metavar="HASH", help="the last hash that the gateway's own log names: shows a cut")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run a command."""
    options = parse_arguments(arguments)
    try:
        entries, last = verify(options.file)
    except (OSError, ValueError) as error:
        print(f"error: {options.file}: {error}", file=sys.stderr)
        return 1
    if options.last and options.last != last:
        print(f"error: {options.file} ends with {last}, not with {options.last}: it was cut short", file=sys.stderr)
        return 1
    print(f"{options.file}: {entries} entries, whole and unchanged; the last hash is {last}")
    return 0


def verify(path: Path) -> tuple[int, str]:
    """Return the number of entries and the last hash.

    Raises:
        ValueError: An entry was changed, removed, added or put elsewhere; the text names its line.
        OSError: The file cannot be read.
    """
    previous, number = GENESIS, 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                sealed = entry["hash"] == seal(entry)
                linked = entry["previous"] == previous and entry["seq"] == number - 1
            except (ValueError, KeyError, TypeError):
                raise ValueError(f"line {number} is no audit entry") from None
            if not sealed:
                raise ValueError(f"line {number} was changed")
            if not linked:
                raise ValueError(f"line {number} does not follow the one before: an entry was removed or moved")
            previous = entry["hash"]
    return number, previous


if __name__ == "__main__":
    sys.exit(main())
