"""A photo that may be shown: Eileen Collins, NASA, public domain, as scikit-image ships it."""

from importlib.util import find_spec
from pathlib import Path


def sample_photo() -> Path:
    """Return the path of the astronaut's portrait inside the installed scikit-image, without importing it.

    Raises:
        FileNotFoundError: scikit-image is not installed.
    """
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the sample photo comes with scikit-image, which is not installed")
    return Path(spec.origin).parent / "data" / "astronaut.png"
