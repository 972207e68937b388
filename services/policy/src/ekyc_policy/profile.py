"""What the gate asks of a picture: bounds for every measure, by camera."""

from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ekyc_policy.bound import Bound
from ekyc_policy.measure import Measure

OPEN = Bound()


class Rule(BaseModel):
    """What one measure must be.

    Attributes:
        required: Outside it the picture fails.
        recommended: Outside it the picture passes with a warning.
        optional: Whether a picture may pass although the measure could not be computed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: Bound = OPEN
    recommended: Bound = OPEN
    optional: bool = False


# The bounds of quality measures for a camera that nobody has calibrated. Starting points of ISO/IEC 29794-5's
# reference, moved where bona fide training pictures of five sources said so.
DEFAULT_RULES = MappingProxyType(
    {
        Measure.RESOLUTION: Rule(required=Bound(min=240)),
        Measure.ONE_FACE: Rule(required=Bound(max=0.2)),
        # Below 40 px the model's 128-px crop would be enlarged.
        Measure.FACE_SIZE: Rule(required=Bound(min=40), recommended=Bound(min=60)),
        Measure.FACE_RATIO: Rule(required=Bound(min=0.1, max=0.75), recommended=Bound(min=0.15)),
        Measure.FRAMING: Rule(required=Bound(min=0), recommended=Bound(min=0.2)),
        Measure.BLUR: Rule(required=Bound(min=-5.6), recommended=Bound(min=-5)),
        Measure.BRIGHTNESS: Rule(required=Bound(min=0.15, max=0.85), recommended=Bound(min=0.2, max=0.8)),
        Measure.CONTRAST: Rule(required=Bound(min=0.003)),
        Measure.ENTROPY: Rule(required=Bound(min=5)),
        Measure.OVEREXPOSURE: Rule(required=Bound(max=0.25), recommended=Bound(max=0.05)),
        Measure.UNDEREXPOSURE: Rule(required=Bound(max=0.8)),
        Measure.EVEN_LIGHT: Rule(recommended=Bound(min=0.1), optional=True),
        Measure.HEAD_YAW: Rule(required=Bound(min=-20, max=20)),
        # A smile drops the chin and reads as a bow: press photos have a median of -11 degrees.
        Measure.HEAD_PITCH: Rule(required=Bound(min=-25, max=20), recommended=Bound(min=-20)),
        Measure.HEAD_ROLL: Rule(required=Bound(min=-15, max=15)),
        Measure.EYES_OPEN: Rule(required=Bound(min=0.02)),
        Measure.EYES_VISIBLE: Rule(required=Bound(max=0.5), recommended=Bound(max=0.3)),
        Measure.MOUTH_CLOSED: Rule(recommended=Bound(max=0.2), optional=True),
        Measure.FACE_VISIBLE: Rule(recommended=Bound(max=0.3), optional=True),
    }
)


class Profile(BaseModel):
    """The gate's rules for one camera.

    Attributes:
        name: What a client asks for.
        note: Where the rules came from; written by calibration.
        rules: By measure; a measure that is left out keeps its default rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    note: str = ""
    rules: dict[Measure, Rule] = Field(default_factory=dict)

    @field_validator("rules")
    @classmethod
    def _complete(cls, rules: dict[Measure, Rule]) -> dict[Measure, Rule]:
        return {**DEFAULT_RULES, **rules}

    def rule(self, measure: Measure) -> Rule:
        """The rule of a measure."""
        return self.rules.get(measure, DEFAULT_RULES[measure])

    def text(self) -> str:
        """The profile as a YAML file, which the quality service loads; rules that are the default's are left out."""
        rules = {
            measure.value: rule.model_dump(mode="json")
            for measure, rule in self.rules.items()
            if rule != DEFAULT_RULES[measure]
        }
        return str(yaml.safe_dump({"name": self.name, "note": self.note, "rules": rules}, sort_keys=False))


DEFAULT_PROFILE = Profile(name="default")
