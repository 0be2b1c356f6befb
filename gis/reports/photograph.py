"""Photographs made fit for print: turned as the camera held them, no larger than a page needs, nothing else in them."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps

# 16 cm at 200 dpi.
MOST_PIXELS_A_SIDE = 1280
# A picture that says it has more is not opened (Pillow's own bound against bombs, taken as an error).
MOST_PIXELS = 80_000_000


def photo_jpeg(data: bytes) -> bytes | None:
    """The picture as JPEG without what the camera wrote into it (place, time); None where it is none that is read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    return None
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    picture.thumbnail((MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE))
    target = BytesIO()
    picture.save(target, "JPEG", quality=82)
    return target.getvalue()
