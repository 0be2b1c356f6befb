"""
Schemes of land classes: what a code means under each.

A bare code means nothing: 1001 is a railway in GB/T 21010 and industry in 用地用海 (RULES §0, §8). So a code is stored
with its scheme and edition, and who brings a file that names none is asked. The lists are ``land_classes.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gis.words import Words


@dataclass(frozen=True, slots=True)
class LandClassScheme:
    """One edition of a scheme: ``scheme`` and ``edition`` as they are stored, its codes and their names."""

    scheme: str
    edition: str
    words: Words
    source: str
    codes: Mapping[str, str]

    @property
    def key(self) -> str:
        """Scheme and edition as one text ("用地用海 2023")."""
        return f"{self.scheme} {self.edition}"

    def name_of(self, code: str) -> str | None:
        """
        What the code means, None where the scheme has no such code.

        A code of 用地用海 with six digits that is not listed itself means what its first four do, more exactly.
        """
        text = code.strip().upper()
        known = self.codes.get(text)
        if known is not None:
            return known
        is_deeper = self.scheme == "用地用海" and len(text) == 6 and text.isdigit()
        parent = self.codes.get(text[:4]) if is_deeper else None
        return None if parent is None else f"{parent}（{text}）"


@cache
def land_class_schemes() -> tuple[LandClassScheme, ...]:
    """Every shipped scheme."""
    content = tomllib.loads((files(__package__) / "land_classes.toml").read_text(encoding="utf-8"))
    both = content["both"]
    return tuple(
        LandClassScheme(
            row["scheme"],
            row["edition"],
            Words(row["zh"], row["en"]),
            row["source"],
            {**(both if row["scheme"] == "用地用海" else {}), **row["codes"]},
        )
        for row in content["scheme"]
    )


def scheme_of(scheme: str | None, edition: str | None = None) -> LandClassScheme | None:
    """The shipped scheme of this stored name and edition, or whose ``key`` is ``scheme``; None where there is none."""
    for known in land_class_schemes():
        if known.key == scheme or (known.scheme, known.edition) == (scheme, edition):
            return known
    return None


def meanings(codes: Iterable[str]) -> dict[str, dict[str, str | None]]:
    """For each scheme's key what each of ``codes`` means under it, None where it has no such code."""
    wanted = list(dict.fromkeys(codes))
    return {scheme.key: {code: scheme.name_of(code) for code in wanted} for scheme in land_class_schemes()}
