"""What the MiniFASNet pair says of every whole picture, once, in a file of the cache."""

import csv
import hashlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
from ekyc_vision.decode import decode
from ekyc_vision.decode_error import DecodeError
from ekyc_vision.faces import Box
from ekyc_vision.finder import open_finder
from tqdm import tqdm

from ekyc_training.minifasnet import MiniFasNet, pair_sha256
from ekyc_training.prepare import CHUNK, FINDER
from ekyc_training.rows import Row

# Of how a picture is cut and scored; another number is another file.
VERSION = 1


def score_chunk(paths: list[str], data: Path, pair: Path) -> list[tuple[str, float]]:
    """Score some pictures in this process; those that cannot be read are left out, as they are of the crops."""
    cv2.setNumThreads(1)
    finder, net = open_finder(FINDER), MiniFasNet(pair)
    scored = []
    for path in paths:
        try:
            rgb = decode((data / path).read_bytes()).rgb
        except (OSError, DecodeError):
            continue
        faces = finder.find(rgb)
        box = faces[0].box if faces else Box(0, 0, rgb.shape[1], rgb.shape[0])
        scored.append((path, net.score(rgb, box)))
    finder.close()
    return scored


def peer_scores(pair: Path, data: Path, rows: list[Row], cache: Path, workers: int = 2) -> dict[str, float]:
    """Return the pair's P(bona fide) by path, from the cache where it has been asked before.

    Args:
        pair: Folder of the two graphs.
        data: Folder that the rows' paths are relative to.
        rows: What to score: the largest face of each picture, or the whole picture where none is found.
        cache: Parent of the caches.
        workers: Processes.
    """
    parts = [FINDER, str(VERSION), pair_sha256(pair), *(row.path for row in rows)]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    path = cache / f"minifasnet-{key}.csv"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        chunks = [[row.path for row in rows[start : start + CHUNK]] for start in range(0, len(rows), CHUNK)]
        unfinished = path.with_suffix(".unfinished")
        with (
            unfinished.open("w", newline="", encoding="utf-8") as file,
            tqdm(total=len(rows), unit="pictures", desc="MiniFASNet") as progress,
            ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool,
        ):
            for chunk, scored in zip(chunks, pool.map(partial(score_chunk, data=data, pair=pair), chunks), strict=True):
                csv.writer(file).writerows(scored)
                progress.update(len(chunk))
        unfinished.replace(path)
    with path.open(newline="", encoding="utf-8") as file:
        return {name: float(value) for name, value in csv.reader(file)}
