"""Pictures to the model's input, once, by the functions that serve."""

import hashlib
import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
from ekyc_vision.crop import CropGeometry, crop_face
from ekyc_vision.decode import decode
from ekyc_vision.decode_error import DecodeError
from ekyc_vision.faces import Box, Face, FaceFinder
from ekyc_vision.finder import FinderName, open_finder
from ekyc_vision.picture import Picture, Rgb
from tqdm import tqdm

from ekyc_training.celeba_spoof import listed_box
from ekyc_training.crops import Crop, CropsWriter, Framing
from ekyc_training.rows import DataError, Row

FINDER: FinderName = "openvino"
# Rows a worker takes at a time; it loads the face finder anew for each, which is small beside 256 pictures.
CHUNK = 256

Prepared = tuple[Crop, Rgb]
Failed = tuple[str, str]


def cut_out(
    picture: Picture, faces: list[Face], geometry: CropGeometry, listed: Box | None = None
) -> tuple[Framing, Rgb]:
    """Cut out the largest face as the quality service does, or what stands in for it where none was found.

    Without a found face that is the box listed with the data, or else the whole picture: most such pictures are face
    crops already, too tight for the face finder.

    Returns:
        What was cut out, and the model's input: size x size x 3, uint8, RGB.
    """
    height, width = picture.rgb.shape[:2]
    # The margin reaches past the landmarks to hair and background; a box of the whole head has those inside.
    wide = CropGeometry(geometry.name, geometry.version, geometry.size, 1.0)
    if faces:
        try:
            return "face", crop_face(picture.rgb, faces[0].box, geometry)
        except ValueError:  # landmarks wholly outside the picture
            pass
    if listed:
        scale = picture.scale
        box = Box(listed.left / scale, listed.top / scale, listed.right / scale, listed.bottom / scale)
        try:
            return "listed", crop_face(picture.rgb, box, wide)
        except ValueError:
            pass
    return "whole", crop_face(picture.rgb, Box(0, 0, width, height), wide)


def prepare_one(path: Path, name: str, finder: FaceFinder, geometry: CropGeometry) -> Prepared:
    """Decode a picture and cut out its face.

    Args:
        path: The picture.
        name: Its path in the list.
        finder: Of the face.
        geometry: Of the crop.

    Raises:
        DecodeError: The file is not a picture.
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    picture = decode(content)
    listed = listed_box(path, picture.width, picture.height)
    framing, crop = cut_out(picture, finder.find(picture.rgb), geometry, listed)
    record = Crop(
        path=name,
        sha256=hashlib.sha256(content).hexdigest(),
        framing=framing,
        bytes_per_pixel=len(content) / (picture.width * picture.height),
    )
    return record, crop


def prepare_chunk(paths: list[str], data: Path, geometry: CropGeometry) -> tuple[list[Prepared], list[Failed]]:
    """Prepare some pictures in this process; one that fails is listed and does not stop the others."""
    cv2.setNumThreads(1)
    finder = open_finder(FINDER)
    done: list[Prepared] = []
    failed: list[Failed] = []
    for path in paths:
        try:
            done.append(prepare_one(data / path, path, finder, geometry))
        except (OSError, DecodeError) as error:
            failed.append((path, f"{type(error).__name__}: {error}"))
    finder.close()
    return done, failed


def prepare(data: Path, rows: list[Row], cache: Path, geometry: CropGeometry, workers: int = 2) -> Path:
    """Fill the cache unless it is there.

    Args:
        data: Folder that the rows' paths are relative to.
        rows: What to prepare.
        cache: Parent of the caches; never inside version control, for it holds people's faces.
        geometry: The crop; another one is another cache.
        workers: Processes.

    Returns:
        The cache's folder.

    Raises:
        DataError: Not one picture could be read, or this is one of many processes.
    """
    key = hashlib.sha256("\n".join([FINDER, str(geometry), *(row.path for row in rows)]).encode()).hexdigest()[:12]
    folder = cache / f"{geometry.name}-v{geometry.version}-{geometry.size}-{key}"
    if folder.exists():
        return folder
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise DataError("many processes would prepare the same pictures: run `ekyc-train prepare` first")
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    chunks = [[row.path for row in rows[start : start + CHUNK]] for start in range(0, len(rows), CHUNK)]
    with (
        CropsWriter(unfinished, len(rows), geometry.size) as writer,
        tqdm(total=len(rows), unit="pictures", desc="prepare") as progress,
        ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        for prepared, failed in pool.map(partial(prepare_chunk, data=data, geometry=geometry), chunks):
            writer.add(prepared, failed)
            progress.update(len(prepared) + len(failed))
    unfinished.rename(folder)
    tqdm.write(f"{folder}: {writer}")
    return folder
