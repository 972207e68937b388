"""What the quality gate measures. The words are those of quality.proto."""

from enum import StrEnum


class Measure(StrEnum):
    """What is measured."""

    RESOLUTION = "resolution"
    ONE_FACE = "one_face"
    FACE_SIZE = "face_size"
    FACE_RATIO = "face_ratio"
    FRAMING = "framing"
    BLUR = "blur"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    ENTROPY = "entropy"
    OVEREXPOSURE = "overexposure"
    UNDEREXPOSURE = "underexposure"
    EVEN_LIGHT = "even_light"
    HEAD_YAW = "head_yaw"
    HEAD_PITCH = "head_pitch"
    HEAD_ROLL = "head_roll"
    EYES_OPEN = "eyes_open"
    EYES_VISIBLE = "eyes_visible"
    MOUTH_CLOSED = "mouth_closed"
    FACE_VISIBLE = "face_visible"
