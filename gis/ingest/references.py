"""
Towns and parks that rows name: names become codes, and what a row does not say its place tells.

A name that cannot be resolved is kept as it is and told: nothing is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.ingest.vector import Geometries
from gis.layers import LAYERS, Column
from gis.model import TownLevel, half_width
from gis.words import Words

NAMED = 20
_TOWN_SUFFIX = "街道办事处|街道办|地区办事处|办事处|街道|民族乡|民族镇|苏木|镇|乡|自治县|县|市|区"
_PARK_SUFFIX = (
    "经济技术开发区|高新技术产业开发区|经济开发区|高新技术开发区|产业集聚区|工业园区|产业园区|开发区|工业园|产业园|园区"
)
_SUFFIXES = {"town": re.compile(f"({_TOWN_SUFFIX})$"), "park": re.compile(f"({_PARK_SUFFIX})$")}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A column in codes where that could be told, and the names that could not."""

    values: pd.Series[Any]
    unknown: tuple[str, ...]

    def warnings(self, column: Column) -> tuple[Words, ...]:
        """What to tell of the names that are not known."""
        if not self.unknown:
            return ()
        target = LAYERS[column.references or ""].words
        more = " …" if len(self.unknown) > NAMED else ""
        return (
            Words(
                f"{column.words.zh}中有 {len(self.unknown)} 个名称在库中的{target.zh}里找不到（或不唯一），按原文保留："
                f"{'、'.join(self.unknown[:NAMED])}{more}",
                f"{column.words.en}: {len(self.unknown)} names are not among the stored {target.en} (or fit several), "
                f"kept as they are: {', '.join(self.unknown[:NAMED])}{more}",
            ),
        )


def short_name(name: str, layer: str = "town") -> str:
    """A name as people say it: 张兰镇 → 张兰, 北关街道办事处 → 北关. What would leave one character is left whole."""
    text = _spaceless(name)
    short = _SUFFIXES[layer].sub("", text)
    return short if len(short) >= 2 else text


def _spaceless(name: str) -> str:
    return re.sub(r"\s+", "", half_width(name))


def resolve(values: pd.Series[Any], codes: Iterable[str], names: Iterable[str], layer: str = "town") -> Resolved:
    """Each value as a code of ``layer``: it is one, or is the name, or the short name, of exactly one."""
    known = [(code, name) for code, name in zip(codes, names, strict=True) if isinstance(name, str)]
    table = _once((short_name(name, layer), code) for code, name in known)
    table |= _once((_spaceless(name), code) for code, name in known)
    table |= {code: code for code, _ in known}
    said = [None if pd.isna(value) else str(value) for value in values]
    found = {
        value: table.get(value) or table.get(_spaceless(value)) or table.get(short_name(value, layer))
        for value in dict.fromkeys(said)
        if value is not None
    }
    kept = [None if value is None else found[value] or value for value in said]
    unknown = tuple(value for value, code in found.items() if code is None)
    return Resolved(pd.Series(kept, index=values.index, dtype="str"), unknown)


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that only one code has."""
    listed = list(pairs)
    counts = Counter(name for name, _ in listed)
    return {name: code for name, code in listed if counts[name] == 1}


def only_towns(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Towns proper: not the county around them (whose code has six digits)."""
    county = places["level"].eq(TownLevel.COUNTY.value) | (places["level"].isna() & places["code"].str.len().le(6))
    return places[~county & places.geometry.notna()]


def holding_towns(geoms: Geometries, towns: gpd.GeoDataFrame) -> list[str | None]:
    """For each geometry the code of the town that holds most of it (area, else length); None where none does."""
    areas, codes = np.asarray(towns.geometry.array, dtype=object), towns["code"].to_numpy()
    found: list[str | None] = [None] * len(geoms)
    if len(areas) == 0 or len(geoms) == 0:
        return found
    tree = shapely.STRtree(geoms)
    for town, row in tree.query(areas, predicate="contains").T[::-1]:
        found[row] = str(codes[town])
    town_at, row_at = tree.query(areas, predicate="intersects")
    open_ = np.array([found[row] is None for row in row_at], dtype=bool)
    town_at, row_at = town_at[open_], row_at[open_]
    share = _measure(shapely.intersection(geoms[row_at], areas[town_at])) if len(row_at) else np.empty(0)
    for i in np.lexsort((codes[town_at], -share))[::-1]:
        found[int(row_at[i])] = str(codes[town_at[i]])
    return found


def _measure(geoms: Geometries) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Area, or length where there is no area; 0 for a point, so that any town that holds it will do."""
    area, length = shapely.area(geoms), shapely.length(geoms)
    return np.asarray(np.where(area > 0, area, length))
