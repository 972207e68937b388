"""The worst errors of a model as a page of thumbnails. It shows people: never commit it."""

import base64
import html
from collections.abc import Sequence
from pathlib import Path

import cv2
from ekyc_vision.decode import decode
from ekyc_vision.decode_error import DecodeError

from ekyc_training.rows import Row
from ekyc_training.score import Score

STYLE = """body{font:14px system-ui,sans-serif;margin:1.5rem}figure{display:inline-block;width:172px;margin:.4rem;
vertical-align:top;font-size:12px;overflow-wrap:anywhere}img{width:160px;height:160px;object-fit:contain;background:#eee}"""
SIDE = 160


def thumbnail(path: Path) -> str:
    """Return a picture as a small JPEG inside the page; empty where it is unreadable."""
    try:
        rgb = decode(path.read_bytes()).rgb
    except (DecodeError, OSError):
        return ""
    scale = 2 * SIDE / max(rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=min(scale, 1), fy=min(scale, 1), interpolation=cv2.INTER_AREA)
    _, code = cv2.imencode(".jpg", small[..., ::-1])
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(code.tobytes()).decode()}">'


def figure(data: Path, row: Row, score: Score) -> str:
    """Return one picture with what is known of it."""
    says = f"{score.live_probability:.3f}" if score.live_probability is not None else "-"
    words = html.escape(f"{says} {score.decision} {score.reasons} | {row.species} | {row.path}")
    return f"<figure>{thumbnail(data / row.path)}<figcaption>{words}</figcaption></figure>"


def gallery(data: Path, rows: Sequence[Row], scores: Sequence[Score], most: int = 60) -> str:
    """Return the page: attacks with the highest scores, bona fide with the lowest, bona fide that the gate refused."""
    pairs = [(r, s) for r, s in zip(rows, scores, strict=True) if s.live_probability is not None]
    order = sorted(pairs, key=lambda pair: pair[1].live_probability or 0.0)
    groups = {
        "Attacks that look most alive": [pair for pair in reversed(order) if not pair[0].live][:most],
        "Bona fide that look least alive": [pair for pair in order if pair[0].live][:most],
        "Bona fide that the gate refused": [pair for pair in order if pair[0].live and not pair[1].quality_pass][:most],
    }
    body = "".join(
        f"<h2>{title}</h2>" + "".join(figure(data, row, score) for row, score in chosen)
        for title, chosen in groups.items()
    )
    title = "Failures: pictures of people, keep them where the data are"
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}'
