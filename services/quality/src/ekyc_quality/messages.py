"""A defect in the words of a person who holds a phone: what to change."""

from collections.abc import Mapping
from types import MappingProxyType

from ekyc_quality.findings import Defect

MESSAGES: Mapping[Defect, str] = MappingProxyType(
    {
        Defect.LOW_RESOLUTION: "Use a camera or a setting with more detail.",
        Defect.NO_FACE: "We cannot see a face. Hold the phone in front of your face.",
        Defect.MULTIPLE_FACES: "Make sure that you are the only person in the picture.",
        Defect.FACE_TOO_SMALL: "Move closer.",
        Defect.FACE_TOO_CLOSE: "Move a little further away.",
        Defect.FACE_CUT_OFF: "Bring your whole face into the picture.",
        Defect.BLURRED: "Hold the phone still, wipe the lens and let the camera focus.",
        Defect.TOO_DARK: "Find a brighter place, or face a lamp or a window.",
        Defect.TOO_BRIGHT: "It is too bright. Turn away from the sun or the lamp.",
        Defect.LOW_CONTRAST: "Your face looks washed out. Wipe the lens and find better light.",
        Defect.OVEREXPOSED: "Parts of your face are white with light. Move out of the direct light.",
        Defect.UNDEREXPOSED: "Parts of your face are black. Let light fall on your face from the front.",
        Defect.UNEVEN_LIGHT: "Let the light fall on both sides of your face.",
        Defect.TURNED_ASIDE: "Look straight at the camera.",
        Defect.TURNED_UP_OR_DOWN: "Hold the phone at the height of your eyes and look straight at it.",
        Defect.TILTED: "Hold your head and the phone upright.",
        Defect.EYES_CLOSED: "Open your eyes.",
        Defect.EYES_COVERED: "Take off your sunglasses or move hair and hands away from your eyes.",
        Defect.MOUTH_OPEN: "Close your mouth.",
        Defect.FACE_COVERED: "Take off anything that covers your face.",
        Defect.NOT_ASSESSED: "We could not check this picture. Bring your whole face into the picture and try again.",
    }
)
