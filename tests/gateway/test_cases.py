"""Kept cases: in a folder, and in a real S3 server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from ekyc_gateway.reviews.blobs import BlobError, BlobExistsError, BlobMissingError, Blobs, FolderBlobs, S3Blobs
from ekyc_gateway.reviews.case import Case, Review
from ekyc_gateway.reviews.cases import CaseDecidedError, Cases, CaseUnknownError
from ekyc_gateway.verification_id import first_id, is_id, new_id, time_of
from ekyc_stack.server import BUCKET, S3Server
from moto import mock_aws

from tests.gateway.cases import PICTURE, case_of
from tests.servers import s3_server


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    yield from s3_server(tmp_path_factory.mktemp("s3"))


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    if request.param == "folder":
        return FolderBlobs(tmp_path / "reviews")
    server: S3Server = request.getfixturevalue("s3")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return S3Blobs(BUCKET, f"{new_id()}/", kms_key=None, endpoint=server.url)


@pytest.fixture
def cases(blobs: Blobs) -> Cases:
    return Cases(blobs)


def review(decision: str = "approve") -> Review:
    return Review.model_validate({"decision": decision, "note": "ok", "reviewer": "r", "decided": datetime.now(UTC)})


def found(cases: Cases, client: str = "bank", status: Any = None, after: str = "", days: float = 2) -> list[str]:
    since = datetime.now(UTC) - timedelta(days=days)
    return [case.verification_id for case in cases.find(client, since=since, after=after, status=status)]


def aged(days: float) -> str:
    return first_id(datetime.now(UTC) - timedelta(days=days)) + new_id()[12:]


def test_ids_sort_by_time_and_tell_it() -> None:
    ids = [aged(3), aged(1), new_id()]
    assert ids == sorted(ids)
    assert all(is_id(one) for one in ids)
    assert abs(time_of(new_id()) - datetime.now(UTC)) < timedelta(seconds=5)
    assert len({new_id() for _ in range(1000)}) == 1000
    for wrong in ("", "x" * 32, "0" * 32, "../" + new_id(), new_id().upper() + "A", "f" * 12 + "7" + "0" * 19):
        assert not is_id(wrong)


def test_a_case_comes_back_as_it_was(cases: Cases) -> None:
    case = case_of()
    cases.keep(case, PICTURE)
    cases.keep(case, PICTURE)  # a second upload of the same case
    again = cases.get("bank", case.verification_id)
    assert (again.status, again.review) == ("pending", None)
    assert Case.model_validate(again.model_dump(exclude={"status", "review"})) == case
    assert cases.picture("bank", case.verification_id) == (PICTURE, "image/jpeg")
    assert found(cases) == [case.verification_id]


def test_it_lies_under_its_date_and_id(cases: Cases, blobs: Blobs) -> None:
    case = case_of()
    cases.keep(case, PICTURE)
    folder = f"cases/{time_of(case.verification_id):%Y/%m/%d}/bank/{case.verification_id}"
    assert list(blobs.names("cases/")) == [f"{folder}/case.json", f"{folder}/picture.jpg"]


def test_another_client_sees_nothing(cases: Cases) -> None:
    case = case_of()
    cases.keep(case, PICTURE)
    assert found(cases, "shop") == []
    assert not cases.erase("shop", case.verification_id)
    for ask in (cases.get, cases.picture):
        with pytest.raises(CaseUnknownError):
            ask("shop", case.verification_id)
    with pytest.raises(CaseUnknownError):
        cases.decide("shop", case.verification_id, review())


def test_decisions_are_final_but_for_needs_more(cases: Cases) -> None:
    case = case_of()
    cases.keep(case, PICTURE)
    assert cases.decide("bank", case.verification_id, review("needs_more")).status == "needs_more"
    assert found(cases, status="needs_more") == [case.verification_id]
    assert found(cases, status="pending") == []
    assert cases.decide("bank", case.verification_id, review("reject")).status == "rejected"
    with pytest.raises(CaseDecidedError):
        cases.decide("bank", case.verification_id, review("approve"))
    decided = cases.get("bank", case.verification_id)
    assert decided.status == "rejected"
    assert decided.review is not None
    assert decided.review.note == "ok"


def test_of_two_reviewers_at_once_one_decides(tmp_path: Path) -> None:
    cases, case = Cases(FolderBlobs(tmp_path)), case_of()
    cases.keep(case, PICTURE)

    def decide(_: int) -> bool:
        try:
            cases.decide("bank", case.verification_id, review())
        except CaseDecidedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(decide, range(8))) == 1


def test_pages_follow_each_other(cases: Cases) -> None:
    ids = [aged(days) for days in (1.9, 1.5, 1.0, 0.5, 0.1)]
    for verification_id in ids:
        cases.keep(case_of(verification_id), PICTURE)
    assert found(cases) == ids
    assert found(cases, after=ids[1]) == ids[2:]
    assert found(cases, after=ids[-1]) == []
    assert found(cases, days=0.7) == [one for one in ids if time_of(one).date() >= time_of(aged(0.7)).date()]


def test_erasing_leaves_nothing(cases: Cases, blobs: Blobs) -> None:
    case = case_of()
    cases.keep(case, PICTURE)
    cases.decide("bank", case.verification_id, review())
    assert cases.erase("bank", case.verification_id)
    assert not cases.erase("bank", case.verification_id)
    assert list(blobs.names("cases/")) == []
    with pytest.raises(CaseUnknownError):
        cases.get("bank", case.verification_id)


def test_what_is_too_old_expires(cases: Cases) -> None:
    ids = [aged(days) for days in (100, 90.5, 89.5, 1)]
    for verification_id in ids:
        cases.keep(case_of(verification_id), PICTURE)
    before = datetime.now(UTC) - timedelta(days=90)
    assert sorted(cases.expired(before)) == sorted(("bank", verification_id) for verification_id in ids[:2])


def test_a_file_is_new_only_once(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put("a/b", b"1", "text/plain", new=True)
    with pytest.raises(BlobExistsError):
        blobs.put("a/b", b"2", "text/plain", new=True)
    assert blobs.get("a/b") == b"1"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def test_a_store_that_is_away_is_a_typed_error(s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    nobody = S3Blobs(BUCKET, "", kms_key=None, endpoint="http://127.0.0.1:1")
    with pytest.raises(BlobError, match="S3 is away"):
        nobody.put("a", b"", "text/plain")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # it remembers the right one
    wrong = S3Blobs(BUCKET, "", kms_key=None, endpoint=s3.url)
    with pytest.raises(BlobError, match="S3 refuses"):
        wrong.put("a", b"", "text/plain")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BlobError, match="cannot write"):
        FolderBlobs(tmp_path / "file").put("a", b"", "text/plain")
    with pytest.raises(BlobMissingError):
        FolderBlobs(tmp_path).get("none")


def test_kms_conditions_and_versions_as_aws_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client: Any = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        blobs = S3Blobs(BUCKET, "ekyc/", kms_key="alias/reviews", endpoint=None)
        cases, case = Cases(blobs), case_of()
        cases.keep(case, PICTURE)
        cases.keep(case, PICTURE)
        (name, _) = blobs.names("cases/")
        head = client.head_object(Bucket=BUCKET, Key=f"ekyc/{name}")
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/reviews")
        with pytest.raises(BlobExistsError):
            blobs.put(name, b"", "text/plain", new=True)
        cases.erase("bank", case.verification_id)
        versions = client.list_object_versions(Bucket=BUCKET)
        assert "Versions" not in versions
        assert "DeleteMarkers" not in versions
