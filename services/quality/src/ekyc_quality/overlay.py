"""A picture with what the gate saw drawn on it."""

from pathlib import Path

import cv2
import numpy as np

from ekyc_quality.assessment import Assessment

GREEN, RED, CYAN = (80, 220, 60), (60, 60, 235), (230, 200, 40)


def write_overlay(assessment: Assessment, path: Path) -> None:
    """Draw each face's landmarks and box and the reasons, and write the picture as PNG (colours here are BGR).

    Raises:
        OSError: The file cannot be written.
    """
    canvas = np.asarray(cv2.cvtColor(assessment.picture.rgb, cv2.COLOR_RGB2BGR), np.uint8)
    thickness = max(1, canvas.shape[1] // 600)
    for face in assessment.faces:
        for x, y, _ in face.landmarks:
            cv2.circle(canvas, (round(float(x)), round(float(y))), thickness, CYAN, -1, cv2.LINE_AA)
        corners = [(round(face.box.left), round(face.box.top)), (round(face.box.right), round(face.box.bottom))]
        cv2.rectangle(canvas, corners[0], corners[1], GREEN if assessment.acceptable else RED, thickness + 1)
    words = [finding.defect.value for finding in assessment.reasons if finding.defect] or ["accepted"]
    for line, word in enumerate(words):
        origin = (10 * thickness, (line + 1) * 24 * thickness)
        colour = GREEN if assessment.acceptable else RED
        cv2.putText(canvas, word, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.7 * thickness, colour, thickness + 1, cv2.LINE_AA)
    _, png = cv2.imencode(".png", canvas)
    path.write_bytes(png.tobytes())
