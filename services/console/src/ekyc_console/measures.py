"""Each measure in words, with the range that a bar shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ekyc_policy.bound import Bound
from ekyc_policy.measure import Measure


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure is shown.

    Attributes:
        title: For people.
        low: Where a bar begins, in the measure's own unit.
        high: Where it ends.
        unit: Behind a value; "%" shows a share of 0 to 1 as percent.
    """

    title: str
    low: float
    high: float
    unit: str = ""

    def text(self, value: float) -> str:
        """Return a value with its unit."""
        if self.unit == "%":
            return f"{100 * value:.3g}%"
        if self.unit == "px":
            return f"{value:.0f} px"
        if self.unit == "°":
            return f"{value:.3g}°"
        return f"{value:.3g}{' ' if self.unit else ''}{self.unit}"

    def bound_text(self, bound: Bound | None) -> str:
        """Return what is wanted."""
        low, high = (bound.min, bound.max) if bound else (None, None)
        if low is not None and high is not None:
            return f"{self.text(low)} to {self.text(high)}"
        if low is not None:
            return f"at least {self.text(low)}"
        return "no bound" if high is None else f"at most {self.text(high)}"

    def place(self, value: float) -> float:
        """Return where on the bar a value lies, 0 to 100; one beyond an end lies at the end."""
        return min(100.0, max(0.0, 100 * (value - self.low) / (self.high - self.low)))


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        Measure.RESOLUTION: Scale("Resolution", 0, 1600, "px"),
        Measure.ONE_FACE: Scale("Second face beside the first", 0, 1, "%"),
        Measure.FACE_SIZE: Scale("Distance of the eyes", 0, 300, "px"),
        Measure.FACE_RATIO: Scale("Face in the picture", 0, 1, "%"),
        Measure.FRAMING: Scale("Room around the face", -1, 3),
        Measure.BLUR: Scale("Sharpness", -9, 0),
        Measure.BRIGHTNESS: Scale("Brightness", 0, 1, "%"),
        Measure.CONTRAST: Scale("Contrast", 0, 0.1),
        Measure.ENTROPY: Scale("Shades in the face", 0, 8, "bits"),
        Measure.OVEREXPOSURE: Scale("Burnt out", 0, 1, "%"),
        Measure.UNDEREXPOSURE: Scale("Pitch black", 0, 1, "%"),
        Measure.EVEN_LIGHT: Scale("Even light", 0, 1, "%"),
        Measure.HEAD_YAW: Scale("Head turned aside", -60, 60, "°"),
        Measure.HEAD_PITCH: Scale("Head up or down", -60, 60, "°"),
        Measure.HEAD_ROLL: Scale("Head tilted", -60, 60, "°"),
        Measure.EYES_OPEN: Scale("Eyes open", 0, 0.2),
        Measure.EYES_VISIBLE: Scale("Eyes covered", 0, 1, "%"),
        Measure.MOUTH_CLOSED: Scale("Mouth open", 0, 0.6),
        Measure.FACE_VISIBLE: Scale("Face covered", 0, 1, "%"),
    }
)


def scale_of(measure: str) -> Scale:
    """Return how a measure is shown; one that a newer gateway has goes by its own name."""
    return SCALES.get(measure) or Scale(measure.replace("_", " ").capitalize(), 0, 1)
