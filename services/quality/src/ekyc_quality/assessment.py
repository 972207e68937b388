"""One picture through the gate: decode once, find the face, measure, cut the crop."""

import time
from dataclasses import dataclass, field

from ekyc_policy.profile import Profile
from ekyc_vision.crop import DEFAULT_GEOMETRY, CropGeometry, crop_face, square_around
from ekyc_vision.decode import decode
from ekyc_vision.faces import Box, Face, FaceFinder
from ekyc_vision.perceptual_hash import perceptual_hash
from ekyc_vision.picture import Picture, Rgb

from ekyc_quality.facts import Facts
from ekyc_quality.findings import Defect, Finding, Outcome
from ekyc_quality.judge import judge
from ekyc_quality.measures import MEASURES
from ekyc_quality.policy import Profiles
from ekyc_quality.pose import Pose


@dataclass(frozen=True, slots=True)
class AssessedFace:
    """The largest face, in pixels of the upright picture at native resolution.

    Attributes:
        box: Bounds of the landmarks.
        inter_eye_distance: Between the eye centres.
        pose: In degrees.
        landmarks: x and y of five, see `Facts.five_landmarks`.
        crop: The square that the model's input is cut from.
    """

    box: Box
    inter_eye_distance: float
    pose: Pose
    landmarks: list[tuple[float, float]]
    crop: Box


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the gate says.

    Attributes:
        acceptable: No measure failed, and none that must be computed is missing.
        findings: One a measure.
        face: None where there is none.
        crop: The model's input; None where there is no face.
        picture: The decoded picture.
        profile: That judged.
        perceptual_hash: Of the picture (see ekyc_vision.perceptual_hash).
        timings: Milliseconds by stage.
    """

    acceptable: bool
    findings: list[Finding]
    face: AssessedFace | None
    crop: Rgb | None
    picture: Picture
    faces: list[Face]
    profile: str
    perceptual_hash: int
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def reasons(self) -> list[Finding]:
        """What a person should change: what failed; only where nothing did, what could not be assessed.

        A head that is turned away hides a cheek; "turn to the camera" helps the person, "not assessed" does not.
        """
        if self.acceptable:
            return []
        failed = [finding for finding in self.findings if finding.outcome is Outcome.FAILED]
        no_face = [finding for finding in failed if finding.defect is Defect.NO_FACE]
        return no_face or failed or [finding for finding in self.findings if finding.outcome is Outcome.NOT_ASSESSED]


class Assessor:
    """The gate; not thread-safe, because the face finder is not."""

    def __init__(
        self, finder: FaceFinder, profiles: Profiles | None = None, geometry: CropGeometry = DEFAULT_GEOMETRY
    ) -> None:
        """Assess with a loaded face finder.

        Args:
            finder: Of the largest face and a possible second one.
            profiles: The policy; the default profile alone where left out.
            geometry: Of the crop that the liveness model wants.
        """
        self._finder = finder
        self._profiles = profiles or Profiles()
        self.geometry = geometry

    def assess(self, data: bytes, profile: str = "") -> Assessment:
        """Assess one file.

        Args:
            data: JPEG, PNG, WebP or HEIF.
            profile: Name of the camera profile; empty for the default.

        Raises:
            DecodeError: The file is not a readable picture.
            PolicyError: There is no such profile.
        """
        policy = self._profiles.get(profile)
        clock = Clock()
        picture = decode(data)
        clock.lap("decode")
        faces = self._finder.find(picture.rgb)
        clock.lap("faces")
        facts = Facts(picture, faces)
        findings = measure(facts, policy)
        clock.lap("measures")
        crop = _crop(facts, self.geometry)
        clock.lap("crop")
        fingerprint = perceptual_hash(picture.rgb)
        clock.lap("fingerprint")
        return Assessment(
            acceptable=crop is not None and all(_passes(finding, policy) for finding in findings),
            findings=findings,
            face=_face(facts, self.geometry),
            crop=crop,
            picture=picture,
            faces=faces,
            profile=policy.name,
            perceptual_hash=fingerprint,
            timings=clock.laps,
        )


def measure(facts: Facts, policy: Profile) -> list[Finding]:
    """Return every measure's finding."""
    return [judge(measurement, facts, policy.rule(measurement.measure)) for measurement in MEASURES]


def _passes(finding: Finding, policy: Profile) -> bool:
    if finding.outcome is Outcome.NOT_ASSESSED:
        return policy.rule(finding.measure).optional
    return finding.outcome is not Outcome.FAILED


def _crop(facts: Facts, geometry: CropGeometry) -> Rgb | None:
    try:
        return crop_face(facts.picture.rgb, facts.face.box, geometry) if facts.faces else None
    except ValueError:  # landmarks wholly outside the picture
        return None


def _face(facts: Facts, geometry: CropGeometry) -> AssessedFace | None:
    if not facts.faces:
        return None
    scale, box = facts.picture.scale, facts.face.box
    left, top, side = square_around(box, geometry)
    return AssessedFace(
        box=_scaled(box, scale),
        inter_eye_distance=facts.native_eye_distance,
        pose=facts.pose,
        landmarks=[(float(x) * scale, float(y) * scale) for x, y in facts.five_landmarks],
        crop=_scaled(Box(left, top, left + side, top + side), scale),
    )


def _scaled(box: Box, scale: float) -> Box:
    return Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)


class Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[stage] = (now - self._last) * 1000
        self._last = now
