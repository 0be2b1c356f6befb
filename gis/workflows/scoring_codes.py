"""
One-time codes of a scoring: shown once, when they are made; a store keeps their digests alone.

A code is 12 characters of an alphabet without lookalikes (no 0 O, 1 I L): 31¹² ≈ 8 · 10¹⁷, about 59 bits, which nobody
tries through over the web. The digest is SHA-256 of the scoring's salt and the code; the salt, of 128 bits and new with
each scoring, keeps one table of digests from serving for several.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from gis.errors import InvalidParameter, Place
from gis.words import Words

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH, GROUP = 12, 4
MOST_CODES = 300
_SALT_BYTES = 16
# People put strokes and blanks between the groups, and phones write small letters.
_BETWEEN = re.compile(r"[\s\-–—－_.·]+")


def new_codes(count: int) -> tuple[str, ...]:
    """So many different codes; raises InvalidParameter (column ``codes``) where they are too few or too many."""
    if not 1 <= count <= MOST_CODES:
        words = Words(f"评分码须为 1–{MOST_CODES} 个", f"1–{MOST_CODES} codes can be made")
        raise InvalidParameter(words, found=str(count), expected=f"1 … {MOST_CODES}", place=Place(column="codes"))
    made: set[str] = set()
    while len(made) < count:
        made.add("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))
    return tuple(made)


def new_salt() -> str:
    """A salt, in hexadecimal digits."""
    return secrets.token_hex(_SALT_BYTES)


def tidy_code(text: str) -> str:
    """A code as it was typed, without what stands between its groups and in capitals; "" where it can be none."""
    code = _BETWEEN.sub("", text).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def shown_code(code: str) -> str:
    """A code as it is printed: ``ABCD-EFGH-JKMN``."""
    return "-".join(code[place : place + GROUP] for place in range(0, CODE_LENGTH, GROUP))


def digest_of(salt: str, code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(f"{salt}:{code}".encode()).hexdigest()
