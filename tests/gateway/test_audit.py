"""The audit log: whole, in order, and any change shows."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ekyc_gateway.audit import command
from ekyc_gateway.audit.log import AuditError, AuditLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit.jsonl"


def filled(path: Path, entries: int = 5) -> str:
    log = AuditLog(path)
    last = ""
    for number in range(entries):
        last = log.append("key-1", "bank", "verify", f"id-{number}", decision="review", picture_sha256="ab" * 32)
    log.close()
    return last


def said(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = command.main(["verify", str(path), *more])
    out = capsys.readouterr()
    return code, out.out + out.err


def test_a_whole_log_goes_on_after_a_restart(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(path)
    last = filled(path, 3)
    code, text = said(path, capsys, "--last", last)
    assert code == 0
    assert "8 entries" in text
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert [entry["seq"] for entry in entries] == list(range(8))
    assert entries[0]["previous"] == "0" * 64
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda lines: [*lines[:2], lines[2].replace("review", "accept"), *lines[3:]], "line 3 was changed"),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3 does not follow"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1 does not follow"),
        (lambda lines: [*lines, lines[-1]], "line 6 does not follow"),
        (lambda lines: [*lines, "no entry"], "line 6 is no audit entry"),
        (lambda lines: lines[:4], "cut short"),
    ],
)
def test_any_change_is_found(path: Path, capsys: pytest.CaptureFixture[str], change: object, found: str) -> None:
    last = filled(path)
    assert callable(change)
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))
    code, text = said(path, capsys, "--last", last)
    assert code == 1
    assert found in text


def test_an_entry_cut_off_by_a_power_failure_is_taken_away(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(path)
    with path.open("a") as file:
        file.write('{"seq":5,"at":"20')
    filled(path, 1)
    assert said(path, capsys)[0] == 0


def test_one_writer_at_a_time(path: Path) -> None:
    log = AuditLog(path)
    with pytest.raises(AuditError, match="GATEWAY_STATE"):
        AuditLog(path)
    log.close()
    AuditLog(path).close()


def test_a_file_that_is_no_log_is_not_continued(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("something else\n")
    with pytest.raises(AuditError, match="ekyc-audit verify"):
        AuditLog(path)


def test_a_missing_file_is_an_error_and_the_command_is_installed(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "ekyc-audit"
    run = subprocess.run([program, "verify", tmp_path / "none"], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "error" in run.stderr
