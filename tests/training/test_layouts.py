"""Data folders as they are found in the world."""

import json
from pathlib import Path
from typing import Any

import pytest
from ekyc_training.data import read_rows
from ekyc_training.rows import DataError, Row


def touch(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"")


def codes(spoof: int, illumination: int, environment: int, **face: int) -> list[int]:
    attributes = [face.get("eyeglasses", 0) if at == 15 else 0 for at in range(40)]
    return [*attributes, spoof, illumination, environment, int(spoof > 0)]


def celeba(folder: Path, labels: dict[str, Any], test: dict[str, Any]) -> None:
    for name, listed in (("train", labels), ("test", test)):
        path = folder / "metas" / "intra_test" / f"{name}_label.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(listed))


class TestCelebASpoof:
    @pytest.mark.parametrize("inside", ["", "CelebA_Spoof/"])
    def test_labels_give_species_and_attributes(self, tmp_path: Path, inside: str) -> None:
        touch(tmp_path / inside, "Data/train/7/live/1.jpg", "Data/train/7/spoof/2.png", "Data/test/9/spoof/3.jpg")
        celeba(
            tmp_path / inside,
            {
                "Data/train/7/live/1.jpg": codes(0, 0, 0, eyeglasses=1),
                "Data/train/7/spoof/2.png": codes(9, 3, 1),
                "Data/train/7/spoof/absent.png": codes(9, 3, 1),
            },
            {"Data/test/9/spoof/3.jpg": codes(3, 4, 2)},
        )
        by_path = {row.path.removeprefix(inside): row for row in read_rows(tmp_path)}
        assert set(by_path) == {"Data/train/7/live/1.jpg", "Data/train/7/spoof/2.png", "Data/test/9/spoof/3.jpg"}
        live, phone, paper = (by_path[path] for path in sorted(by_path, key=lambda p: p[-5]))
        assert live.live
        assert dict(live.attributes)["eyeglasses"] == "yes"
        assert "illumination" not in dict(live.attributes)
        assert (phone.label, phone.species) == ("replay", "celeba_spoof/phone")
        assert dict(phone.attributes)["illumination"] == "back"
        assert (paper.split, paper.label, paper.subject) == ("test", "print", "9")
        assert dict(paper.attributes)["environment"] == "outdoor"

    def test_without_labels_the_folders_speak(self, tmp_path: Path) -> None:
        touch(tmp_path, "Data/train/7/live/1.jpg", "Data/train/7/live/1_BB.txt", "Data/test/8/spoof/2.jpg")
        rows = {row.path: row.label for row in read_rows(tmp_path)}
        assert rows == {"Data/train/7/live/1.jpg": "live", "Data/test/8/spoof/2.jpg": "spoof"}

    def test_dev_is_cut_from_train_by_subject(self, tmp_path: Path) -> None:
        touch(tmp_path, *(f"Data/train/{n}/{kind}/1.jpg" for n in range(300) for kind in ("live", "spoof")))
        rows = read_rows(tmp_path)
        splits: dict[str, set[str]] = {}
        for row in rows:
            splits.setdefault(row.subject, set()).add(row.split)
        assert all(len(of) == 1 for of in splits.values())
        assert sum(of == {"dev"} for of in splits.values()) == pytest.approx(30, abs=12)

    @pytest.mark.parametrize(("wrong", "words"), [(codes(11, 0, 0), "unknown codes"), ([0] * 43, "43 codes")])
    def test_labels_that_mean_nothing_are_refused(self, tmp_path: Path, wrong: list[int], words: str) -> None:
        touch(tmp_path, "Data/train/7/live/1.jpg")
        celeba(tmp_path, {"Data/train/7/live/1.jpg": wrong}, {})
        with pytest.raises(DataError, match=words):
            read_rows(tmp_path)

    def test_a_label_that_contradicts_itself_is_refused(self, tmp_path: Path) -> None:
        touch(tmp_path, "Data/train/7/live/1.jpg")
        celeba(tmp_path, {"Data/train/7/live/1.jpg": [*codes(1, 1, 1)[:-1], 0]}, {})
        with pytest.raises(DataError, match="contradicts"):
            read_rows(tmp_path)


class TestFolders:
    def test_split_and_subject_folders(self, tmp_path: Path) -> None:
        touch(tmp_path, "train/live/anna/1.jpg", "dev/live/ben/1.JPG", "test/print/carl/1.heic", "test/notes/x.jpg")
        rows = {row.path: (row.split, row.label, row.subject) for row in read_rows(tmp_path)}
        assert rows == {
            "train/live/anna/1.jpg": ("train", "live", "anna"),
            "dev/live/ben/1.JPG": ("dev", "live", "ben"),
            "test/print/carl/1.heic": ("test", "print", "carl"),
        }

    def test_without_splits_subjects_are_split_here_and_always_alike(self, tmp_path: Path) -> None:
        touch(tmp_path, *(f"{kind}/{n}/{m}.jpg" for n in range(200) for m in range(2) for kind in ("real", "attack")))
        rows = read_rows(tmp_path)
        assert rows == read_rows(tmp_path)
        shares = {split: sum(row.split == split for row in rows) / len(rows) for split in ("train", "dev", "test")}
        assert shares == pytest.approx({"train": 0.65, "dev": 0.15, "test": 0.2}, abs=0.08)

    def test_a_picture_without_a_subject_is_its_own(self, tmp_path: Path) -> None:
        touch(tmp_path, "live/1.jpg", "spoof/1.jpg")
        assert {row.subject for row in read_rows(tmp_path)} == {"live/1.jpg", "spoof/1.jpg"}

    def test_a_folder_of_something_else_says_what_is_wanted(self, tmp_path: Path) -> None:
        touch(tmp_path, "holiday/1.jpg")
        with pytest.raises(DataError, match=r"manifest\.csv"):
            read_rows(tmp_path)
        with pytest.raises(DataError, match="no folder"):
            read_rows(tmp_path / "absent")


class TestManifest:
    def test_further_columns_are_slices(self, tmp_path: Path) -> None:
        head = "path,source,split,label,attack,subject,width,camera\n"
        (tmp_path / "manifest.csv").write_text(head + "a.jpg,x,train,live,,1,640,front\n")
        assert read_rows(tmp_path) == [Row("a.jpg", "x", "train", "live", "", "1", (("camera", "front"),))]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("path,label\na.jpg,live\n", "lacks the columns source, split"),
            ("path,source,split,label,attack,subject\na,x,train,alive,,1\n", "alive"),
            ("path,source,split,label,attack,subject\n", "no pictures"),
            ("path,source,split,label,attack,subject\na,x,train,live,,1\na,x,train,live,,1\n", "twice"),
        ],
    )
    def test_what_is_wrong_is_said(self, tmp_path: Path, content: str, words: str) -> None:
        (tmp_path / "manifest.csv").write_text(content)
        with pytest.raises(DataError, match=words):
            read_rows(tmp_path)
