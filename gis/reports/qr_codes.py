"""An address as a QR code, to stand in a page."""

from __future__ import annotations

from io import BytesIO

import segno

# Slips are folded and thumbed: at level M 15 % of a code may be lost.
_ERROR_LEVEL = "m"
_QUIET_EDGE = 4


def qr_svg(text: str) -> str:
    """The QR code of ``text``, black on white with its quiet edge, as an SVG image that takes any size."""
    target = BytesIO()
    code = segno.make_qr(text, error=_ERROR_LEVEL)
    code.save(target, kind="svg", xmldecl=False, nl=False, border=_QUIET_EDGE, omitsize=True, light="#fff")
    return target.getvalue().decode()
