"""Pictures to the model's input, once, by the functions that serve."""

import hashlib
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from ekyc_vision.crop import CropGeometry, crop_face
from ekyc_vision.decode import decode
from ekyc_vision.decode_error import DecodeError
from ekyc_vision.faces import Box, FaceFinder
from ekyc_vision.finder import open_finder
from ekyc_vision.picture import Rgb
from tqdm import tqdm

from ekyc_training.crops import Crop, write_crops
from ekyc_training.manifest import Row

# Rows a worker takes at a time; it loads the face finder anew for each, which is small beside 256 pictures.
CHUNK = 256

Prepared = tuple[Crop, Rgb]
Failed = tuple[str, str]


def prepare_one(content: bytes, path: str, finder: FaceFinder, geometry: CropGeometry) -> Prepared:
    """Decode a picture, find its largest face and cut it out, as the quality service does.

    Where no face is found the whole picture stands in for the box: most such pictures are face crops
    already, too tight for the face detector. The record says so.

    Raises:
        DecodeError: The bytes are not a picture.
    """
    picture = decode(content)
    height, width = picture.rgb.shape[:2]
    faces = finder.find(picture.rgb)
    box = faces[0].box if faces else Box(0, 0, width, height)
    # The margin reaches past the landmarks to hair and background; a picture that is a face crop has those inside.
    cut = geometry if faces else CropGeometry(geometry.name, geometry.version, geometry.size, 1.0)
    record = Crop(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        framing="face" if faces else "whole",
        bytes_per_pixel=len(content) / (picture.width * picture.height),
    )
    return record, crop_face(picture.rgb, box, cut)


def prepare_chunk(paths: list[str], data: Path, geometry: CropGeometry) -> tuple[list[Prepared], list[Failed]]:
    """Prepare some pictures in this process; one that fails is listed and does not stop the others."""
    cv2.setNumThreads(1)
    finder = open_finder()
    done: list[Prepared] = []
    failed: list[Failed] = []
    for path in paths:
        try:
            done.append(prepare_one((data / path).read_bytes(), path, finder, geometry))
        except (OSError, DecodeError) as error:
            failed.append((path, f"{type(error).__name__}: {error}"))
    finder.close()
    return done, failed


def prepare(data: Path, rows: list[Row], cache: Path, geometry: CropGeometry, processes: int = 2) -> Path:
    """Fill the cache unless it is there.

    Args:
        data: Folder that the rows' paths are relative to.
        rows: What to prepare.
        cache: Parent of the caches; never inside version control, for it holds people's faces.
        geometry: The crop; another one is another cache.
        processes: Workers.

    Returns:
        The cache's folder.
    """
    key = hashlib.sha256("\n".join([str(geometry), *(row.path for row in rows)]).encode()).hexdigest()[:12]
    folder = cache / f"{geometry.name}-v{geometry.version}-{geometry.size}-{key}"
    if folder.exists():
        return folder
    chunks = [[row.path for row in rows[start : start + CHUNK]] for start in range(0, len(rows), CHUNK)]
    done: list[Prepared] = []
    failed: list[Failed] = []
    with (
        tqdm(total=len(rows), unit="pictures", desc="prepare") as progress,
        ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        for prepared, bad in pool.map(partial(prepare_chunk, data=data, geometry=geometry), chunks):
            done += prepared
            failed += bad
            progress.update(len(prepared) + len(bad))
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    write_crops(unfinished, np.stack([pixels for _, pixels in done]), [crop for crop, _ in done], failed)
    unfinished.rename(folder)
    whole = sum(crop.framing == "whole" for crop, _ in done)
    tqdm.write(f"{len(done)} crops in {folder}; {whole} without a found face, {len(failed)} undecodable (failed.csv)")
    return folder
