"""Whether the whole face is inside the picture."""

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid


def value(facts: Facts) -> float:
    """Distance from the face to the nearest border: sideways in units of IED, up and down in units of T.

    Negative where the face reaches beyond the border.
    """
    height, width = map(float, facts.picture.rgb.shape[:2])
    box = facts.face.box
    sideways = min(box.left, width - box.right) / facts.eye_distance
    upright = min(box.top, height - box.bottom) / facts.chin_distance
    return min(sideways, upright)


def score(distance: float) -> float:
    """100 S(x, .9, .1) (ISO/IEC 29794-5, leftward to upward crop of the face image)."""
    return percent(sigmoid(distance, 0.9, 0.1))
