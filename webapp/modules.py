"""The script modules of a page, so that its head can name them all and the browser need not find them one by one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "static" / "js"
_IMPORT = re.compile(r'from "\./(\w+\.js)"')


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """The file names of ``entry`` and of all that it imports, directly or not, in the order in which they are met."""
    met = [entry]
    for name in met:
        found = _IMPORT.findall((_FOLDER / name).read_text(encoding="utf-8"))
        met += [each for each in dict.fromkeys(found) if each not in met]
    return tuple(met)
