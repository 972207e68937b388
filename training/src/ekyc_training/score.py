"""What the shipped system says of many pictures: a CSV in, a CSV out, through the functions that serve.

Needs no torch. A face is scored even where the gate would have refused the picture, so that model and gate can be
judged apart and together.
"""

import csv
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

import cv2
from ekyc_liveness.bundle import Bundle, open_bundle
from ekyc_liveness.session import Provider, Session
from ekyc_quality.assessment import Assessor
from ekyc_quality.policy import read_profiles
from ekyc_vision.crop import CropGeometry
from ekyc_vision.decode_error import DecodeError
from ekyc_vision.finder import open_finder
from tqdm import tqdm

from ekyc_training.prepare import cut_out
from ekyc_training.rows import DataError, Row

Decision = Literal["accept", "review", "reject", "retake", "refused"]
DECISIONS: dict[str, Decision] = {"live": "accept", "uncertain": "review", "spoof": "reject"}
CHUNK = 32


@dataclass(frozen=True, slots=True)
class Score:
    """What the system says of one picture.

    Attributes:
        face_found: Whether the face finder found one; without, the picture was scored as a whole.
        quality_pass: Whether the gate lets it through; never without a face.
        reasons: The gate's, or why the file was refused, separated by spaces.
        live_probability: Of the shipped graph; None where the file is no picture.
        decision: What a client would be told; "refused" is an error in place of a decision.
    """

    face_found: bool
    quality_pass: bool
    reasons: str
    live_probability: float | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class Settings:
    """What to score with.

    Attributes:
        bundle: Folder of the bundle.
        provider: Of ONNX Runtime.
        profile: Of the gate; empty is the default.
        profiles: Folder of profiles that calibration wrote.
    """

    bundle: Path
    provider: Provider = "openvino"
    profile: str = ""
    profiles: Path | None = None


class Scorer:
    """The gate and the model in one process; not thread-safe."""

    def __init__(self, settings: Settings) -> None:
        """Load both.

        Raises:
            BundleError: The bundle is missing or damaged.
            PolicyError: There is no such profile.
            ProviderError: The provider cannot run the graph.
        """
        cv2.setNumThreads(1)
        bundle = open_bundle(settings.bundle)
        self._profile = settings.profile
        self._geometry = geometry_of(bundle)
        self._assessor = Assessor(open_finder(), read_profiles(settings.profiles), self._geometry)
        self._session = Session(bundle, provider=settings.provider)
        self._thresholds = bundle.manifest.thresholds

    def score(self, path: Path) -> Score:
        """Score one file; one that cannot be read is refused, as the gateway would."""
        try:
            assessment = self._assessor.assess(path.read_bytes(), self._profile)
        except DecodeError as error:
            return Score(False, False, error.reason.value, None, "refused")
        except OSError as error:
            return Score(False, False, type(error).__name__, None, "refused")
        framing, crop = cut_out(assessment.picture, assessment.faces, self._geometry)
        live = self._session.run(crop)
        passed = assessment.acceptable
        return Score(
            face_found=framing == "face",
            quality_pass=passed,
            reasons=" ".join(
                str(finding.defect or f"{finding.measure}_not_assessed") for finding in assessment.reasons
            ),
            live_probability=live,
            decision=DECISIONS[self._thresholds.band(live)] if passed else "retake",
        )


def geometry_of(bundle: Bundle) -> CropGeometry:
    """Return the crop that a bundle's model wants."""
    return CropGeometry(**bundle.manifest.geometry.model_dump())


_scorer: Scorer | None = None


def start_worker(settings: Settings) -> None:
    """Load the models once a process."""
    global _scorer  # noqa: PLW0603 - a worker's own
    _scorer = Scorer(settings)


def score_chunk(paths: list[Path]) -> list[Score]:
    """Score some files in a worker."""
    if _scorer is None:
        raise RuntimeError("start_worker was not called")
    return [_scorer.score(path) for path in paths]


def score_all(paths: list[Path], settings: Settings, workers: int) -> Iterator[Score]:
    """Yield the scores in order, with a progress bar."""
    context = multiprocessing.get_context("spawn")
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    open_bundle(settings.bundle)  # a bad bundle is said here and not by a broken pool
    with (
        tqdm(total=len(paths), unit="pictures", desc="score", mininterval=1) as progress,
        ProcessPoolExecutor(workers, context, start_worker, (settings,)) as pool,
    ):
        for scores in pool.map(score_chunk, chunks):
            progress.update(len(scores))
            yield from scores


def score_manifest(manifest: Path, root: Path, out: Path, settings: Settings, workers: int) -> None:
    """Score the pictures of a list.

    Args:
        manifest: CSV with a column "path" or "rel", and maybe "label".
        root: Folder that the paths are relative to.
        out: CSV to write: the path's column, "label" where it was given, and `Score`.
        settings: What to score with.
        workers: Processes.

    Raises:
        DataError: The list has no column of paths or no line.
        BundleError: The bundle is missing or damaged.
    """
    with manifest.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        records = list(reader)
    column = next((name for name in ("path", "rel") if name in columns), None)
    if column is None:
        raise DataError(f"{manifest} has no column path or rel, but {', '.join(columns) or 'no header'}")
    kept = [column, "label"] if "label" in columns else [column]
    write_scores([{name: record[name] for name in kept} for record in records], root, out, settings, workers)


def score_rows(rows: Sequence[Row], data: Path, out: Path, settings: Settings, workers: int) -> None:
    """Score the pictures of a data folder, as `score_manifest` does."""
    write_scores([{"path": row.path, "label": row.label} for row in rows], data, out, settings, workers)


def write_scores(records: list[dict[str, str]], root: Path, out: Path, settings: Settings, workers: int) -> None:
    """Score records, whose first column is the path, and write them with their scores, all or nothing."""
    if not records:
        raise DataError("no picture is listed")
    columns = list(records[0])
    paths = [root / record[columns[0]] for record in records]
    unfinished = out.with_name(out.name + ".unfinished")
    out.parent.mkdir(parents=True, exist_ok=True)
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*columns, *(field.name for field in fields(Score))])
        writer.writeheader()
        for record, score in zip(records, score_all(paths, settings, workers), strict=True):
            writer.writerow(record | written(score))
    unfinished.replace(out)


def written(score: Score) -> dict[str, str]:
    """Return a score as text: true and false, six decimals."""
    values = asdict(score)
    values["live_probability"] = "" if score.live_probability is None else f"{score.live_probability:.6f}"
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


def read_scores(path: Path) -> dict[str, Score]:
    """Read what `score_manifest` wrote, by path."""
    with path.open(newline="", encoding="utf-8") as file:
        return {
            record.get("path") or record["rel"]: Score(
                face_found=record["face_found"] == "true",
                quality_pass=record["quality_pass"] == "true",  # noqa: S105
                reasons=record["reasons"],
                live_probability=float(record["live_probability"]) if record["live_probability"] else None,
                decision=record["decision"],  # type: ignore[arg-type]
            )
            for record in csv.DictReader(file)
        }
