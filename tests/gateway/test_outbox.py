"""The outbox and its worker: what is in it when anything dies is found again, and arrives once."""

import asyncio
import threading
from pathlib import Path

import pytest
from ekyc_gateway.metrics import Metrics
from ekyc_gateway.reviews.blobs import BlobError, FolderBlobs
from ekyc_gateway.reviews.cases import Cases
from ekyc_gateway.reviews.outbox import Outbox
from ekyc_gateway.reviews.uploader import Uploader
from ekyc_gateway.verification_id import new_id

from tests.gateway.cases import PICTURE, case_of

SIZE = 10_000


class Store(FolderBlobs):
    """A folder that can be away, or hold a write until it is let go."""

    away = False

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()

    def put(self, name: str, data: bytes, media_type: str, *, new: bool = False) -> None:
        self.begun.set()
        assert self.go.wait(10)
        if self.away:
            raise BlobError("away")
        super().put(name, data, media_type, new=new)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def cases(store: Store) -> Cases:
    return Cases(store)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


async def test_what_was_put_is_found_by_the_next_process(folder: Path, cases: Cases) -> None:
    outbox, case = Outbox(folder, SIZE), case_of()
    await outbox.put(case, PICTURE)
    half = folder / f"{new_id()}.bank.unfinished"
    half.write_bytes(b"half a ca")
    again = Outbox(folder, SIZE)
    assert (again.depth, again.size) == (1, outbox.size)
    assert not half.exists()
    assert 0 <= again.oldest_seconds(1e10) < 1e10
    assert await Uploader(again, cases, Metrics()).upload_all()
    assert (again.depth, again.size, again.oldest_seconds(1e10)) == (0, 0, 0)
    assert cases.picture("bank", case.verification_id)[0] == PICTURE
    assert list(folder.iterdir()) == []


async def test_a_store_that_is_away_is_asked_again_until_it_is_back(folder: Path, cases: Cases, store: Store) -> None:
    outbox, case, metrics = Outbox(folder, SIZE), case_of(), Metrics()
    store.away = True
    await outbox.put(case, PICTURE)
    worker = asyncio.create_task(Uploader(outbox, cases, metrics).run())
    while b'ekyc_uploads_total{result="failed"} 2' not in metrics.text():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert outbox.depth == 1
    store.away = False
    while outbox.depth:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    worker.cancel()
    assert cases.picture("bank", case.verification_id)[0] == PICTURE


async def test_a_full_outbox_makes_the_put_wait(folder: Path, cases: Cases) -> None:
    first, second = case_of(), case_of()
    outbox = Outbox(folder, 6000)
    await outbox.put(first, PICTURE)
    waiting = asyncio.create_task(outbox.put(second, b"x" * 4000))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    assert outbox.depth == 1
    await outbox.remove(first.verification_id)
    await asyncio.wait_for(waiting, 5)
    assert [one.verification_id for one in outbox.oldest()] == [second.verification_id]
    with pytest.raises(ValueError, match="larger than the outbox"):
        await outbox.put(case_of(), b"x" * 6001)


async def test_many_at_once_stay_within_the_bound(folder: Path, cases: Cases) -> None:
    outbox = Outbox(folder, 5000)
    worker = asyncio.create_task(Uploader(outbox, cases, Metrics()).run())
    sent = [case_of() for _ in range(30)]
    sizes = []

    async def put(index: int) -> None:
        await outbox.put(sent[index], PICTURE)
        sizes.append(sum(path.stat().st_size for path in folder.glob("*.case")))

    await asyncio.gather(*(put(index) for index in range(30)))
    while outbox.depth:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    worker.cancel()
    assert max(sizes) <= 5000
    for case in sent:
        assert cases.picture("bank", case.verification_id)[0] == PICTURE


async def test_a_disk_that_is_full_keeps_nothing_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(folder, SIZE)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        await outbox.put(case_of(), PICTURE)
    assert (outbox.depth, outbox.size) == (0, 0)
    assert list(folder.iterdir()) == []


async def test_a_request_that_is_cancelled_leaves_a_case_that_is_known(folder: Path) -> None:
    outbox = Outbox(folder, SIZE)
    task = asyncio.create_task(outbox.put(case_of(), PICTURE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert outbox.depth == len(list(folder.glob("*.case")))
    assert list(folder.glob("*.unfinished")) == []


async def test_a_case_erased_on_its_way_does_not_arrive(folder: Path, cases: Cases, store: Store) -> None:
    outbox, case = Outbox(folder, SIZE), case_of()
    await outbox.put(case, PICTURE)
    store.go.clear()
    upload = asyncio.create_task(Uploader(outbox, cases, Metrics()).upload_all())
    await asyncio.to_thread(store.begun.wait, 5)
    assert not await outbox.remove(case.verification_id, "shop")
    assert await outbox.remove(case.verification_id, "bank")
    store.go.set()
    assert await upload
    assert list(store.names("cases/")) == []


async def test_a_file_that_is_no_case_is_put_aside_and_stops_nobody(folder: Path, cases: Cases) -> None:
    folder.mkdir()
    (folder / f"{new_id()}.bank.case").write_bytes(b"no case\nat all")
    outbox, case = Outbox(folder, SIZE), case_of()
    await outbox.put(case, PICTURE)
    assert await Uploader(outbox, cases, Metrics()).upload_all()
    assert cases.get("bank", case.verification_id).status == "pending"
    assert [path.suffix for path in folder.iterdir()] == [".broken"]
    assert Outbox(folder, SIZE).depth == 0


async def test_draining_ends_in_time_and_leaves_the_rest_on_disk(folder: Path, cases: Cases, store: Store) -> None:
    outbox = Outbox(folder, SIZE)
    await outbox.put(case_of(), PICTURE)
    store.away = True
    await asyncio.wait_for(Uploader(outbox, cases, Metrics()).drain(5), 2)
    assert outbox.depth == 1
    store.away = False
    await Uploader(outbox, cases, Metrics()).drain(5)
    assert outbox.depth == 0
