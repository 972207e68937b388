"""Which face finder: one place for serving, calibration and training, so that all see the same faces."""

from typing import Literal

from ekyc_vision.faces import FaceFinder

FinderName = Literal["openvino", "mediapipe"]


def open_finder(name: FinderName = "openvino", *, most: int = 2, confidence: float = 0.5) -> FaceFinder:
    """Load a face finder; only the one that is named is imported.

    Args:
        name: "openvino" runs MediaPipe's graphs on OpenVINO; "mediapipe" runs them in MediaPipe's own framework,
            the reference, at about three times the CPU time.
        most: Faces to look for.
        confidence: Least score, between 0 and 1.
    """
    if name == "mediapipe":
        from ekyc_vision.mediapipe_faces import MediaPipeFaces  # noqa: PLC0415 - seconds to import

        return MediaPipeFaces(most=most, confidence=confidence)
    from ekyc_vision.openvino_faces import OpenVinoFaces  # noqa: PLC0415

    return OpenVinoFaces(most=most, confidence=confidence)
