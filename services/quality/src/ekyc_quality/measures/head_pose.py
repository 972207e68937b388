"""How the head is turned: three measures, one score."""

import math

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent


def yaw(facts: Facts) -> float:
    """Degrees; positive when the person turns to their own left."""
    return facts.pose.yaw


def pitch(facts: Facts) -> float:
    """Degrees; positive when the head is raised."""
    return facts.pose.pitch


def roll(facts: Facts) -> float:
    """Degrees; positive when the head leans towards the person's own left shoulder."""
    return facts.pose.roll


def score(degrees: float) -> float:
    """100 cos^2, and 0 beyond a right angle (ISO/IEC 29794-5, head pose)."""
    return percent(max(0.0, math.cos(math.radians(degrees))) ** 2)
