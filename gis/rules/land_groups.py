"""
What a land class is to the law: arable, other farm land, building land or unused land (土地管理法 art. 4).

A class is named by scheme, edition and code together, never by a bare code (RULES §8). What cannot be told is told as
such and stands apart in every sum: it is never guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from gis.model import Coded, half_width
from gis.rules.land_classes import LandClassScheme, scheme_of
from gis.words import Words


class LandGroup(Coded):
    """The groups of land classes that an approval counts apart; arable land is farm land, and is shown within it."""

    ARABLE = "arable", "耕地", "arable land"
    AGRICULTURAL = "agricultural", "其他农用地", "other farm land"
    CONSTRUCTION = "construction", "建设用地", "building land"
    UNUSED = "unused", "未利用地", "unused land"
    OPEN = "open", "三大类未定", "group left open by the scheme"
    NOT_IN_SCHEME = "not_in_scheme", "分类标准内无此编码", "code not in the scheme"
    UNKNOWN_SCHEME = "unknown_scheme", "未定分类标准", "scheme not determined"
    MISSING = "missing", "未填地类", "no land class given"

    @property
    def is_known(self) -> bool:
        """The law's group can be told."""
        return self.rank <= LandGroup.UNUSED.rank

    @property
    def needs_conversion(self) -> bool:
        """
        Whether building on it takes the year's quota (新增建设用地).

        Land whose group is not known counts, so that a quota never looks larger than it is.
        """
        return self is not LandGroup.CONSTRUCTION


@dataclass(frozen=True, slots=True)
class GroupedClass:
    """One land class: its name in its scheme ("" where it has none there) and its group."""

    name: str
    group: LandGroup


@cache
def _groups() -> Mapping[tuple[str, str], Mapping[str, LandGroup]]:
    """(scheme, edition) → code that begins others → group."""
    text = (files(__package__) / "land_groups.toml").read_text(encoding="utf-8")
    named = (LandGroup.ARABLE, LandGroup.AGRICULTURAL, LandGroup.CONSTRUCTION, LandGroup.UNUSED)
    return {
        (row["scheme"], row["edition"]): {code: group for group in named for code in row[group.value]}
        for row in tomllib.loads(text)["scheme"]
    }


@cache
def grouped_class(scheme: str | None, edition: str | None, code: str | None) -> GroupedClass:
    """
    The class that these three name.

    An edition may stand in the scheme's name ("GB/T 21010-2017"). A missing scheme or edition, or one that is not
    shipped, gives UNKNOWN_SCHEME; a missing code MISSING. K and A suffixes do not change the group.
    """
    text = half_width(code or "").strip().upper()
    if not text:
        return GroupedClass("", LandGroup.MISSING)
    known = _scheme(scheme, edition)
    groups = _groups().get((known.scheme, known.edition)) if known else None
    if known is None or groups is None:
        return GroupedClass("", LandGroup.UNKNOWN_SCHEME)
    bare = re.sub(r"[KA]$", "", text)
    name = known.name_of(text) or known.name_of(bare)
    if name is None:
        return GroupedClass("", LandGroup.NOT_IN_SCHEME)
    begins = next((bare[:n] for n in range(len(bare), 1, -1) if bare[:n] in groups), None)
    return GroupedClass(name, groups[begins] if begins else LandGroup.OPEN)


def _scheme(scheme: str | None, edition: str | None) -> LandClassScheme | None:
    name, year = half_width(scheme or "").strip(), half_width(edition or "").strip()
    if not year and (named := re.fullmatch(r"(.+?)[- (]?(\d{4})[)]?", name)):
        name, year = named[1].strip(), named[2]
    return scheme_of(name, year)


def grouped_classes_of(parcels: pd.DataFrame) -> list[GroupedClass]:
    """The class of each parcel by its ``land_class_scheme``, ``land_class_edition``, ``land_class_code``."""
    columns = ("land_class_scheme", "land_class_edition", "land_class_code")
    named = zip(
        *([value if isinstance(value, str) else None for value in parcels[name].tolist()] for name in columns),
        strict=True,
    )
    return [grouped_class(*triple) for triple in named]


def group_words(group: LandGroup) -> Words:
    """The words of a group, with what it belongs to."""
    if group is LandGroup.ARABLE:
        return Words("农用地·耕地", "farm land: arable")
    return Words("农用地·其他", "farm land: other") if group is LandGroup.AGRICULTURAL else group.words
