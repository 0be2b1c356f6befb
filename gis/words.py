"""A sentence in the two languages of the product: Chinese first, English beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese and in English. Both are always there."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """The text in ``language``; Chinese for anything but English."""
        return self.en if language == "en" else self.zh

    def as_dict(self) -> dict[str, str]:
        """``{"zh": …, "en": …}``, as JSON carries it."""
        return {"zh": self.zh, "en": self.en}

    def __str__(self) -> str:
        return self.zh


def join(parts: Iterable[Words], zh: str = "；", en: str = "; ") -> Words:
    """Several texts as one, joined as each language does it."""
    kept = list(parts)
    return Words(zh.join(p.zh for p in kept), en.join(p.en for p in kept))
