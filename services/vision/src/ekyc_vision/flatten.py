"""Any Pillow mode to RGB."""

import numpy as np
from PIL import Image

from ekyc_vision.picture import Rgb


def flatten(image: Image.Image) -> Rgb:
    """Return 8-bit RGB; transparency is laid on white, as a person at a screen would see it.

    Sixteen bits keep their upper eight. CMYK is converted without its ICC profile.
    """
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow's own conversion would clip at 255
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))
