"""The two tables of an import: as the file has it, and as it was checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.errors import Place
from gis.model import BBox
from gis.words import Words

BLANK = Words("空", "empty")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A user's file: the name it came with, its size and its SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Target:
    """What an import must fit: the store's working CRS, and the county's extent in it where it is known."""

    crs: str
    extent: BBox | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """
    A file's content before anything is decided about it.

    ``frame`` has the file's own headers and values (text, numbers or dates, untouched). ``rows`` gives
    for each row the number a user sees in the file (1 = first line or first feature). ``geometry`` is
    in the file's coordinates; ``crs`` is what the file declares ("EPSG:4547"), None where it says nothing.
    ``declared`` keeps what else it says of its coordinates (e.g. {"带号": "38", "几度分带": "3"}).
    """

    source: SourceFile
    format: str
    frame: pd.DataFrame
    rows: tuple[int, ...]
    geometry: gpd.GeoSeries | None = None
    crs: str | None = None
    declared: dict[str, str] = field(default_factory=dict)
    warnings: tuple[Words, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One row (or cell) that is not taken: what was found ("" where the cell is blank), what was expected, where.

    ``fix`` names what would make it good if the user says so: "repair" (CheckOptions.repair), "close_rings" (Reading).
    """

    place: Place
    found: str
    expected: Words
    fix: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As the import report's JSON carries it."""
        return {
            "file": self.place.file,
            "row": self.place.row,
            "column": self.place.column,
            "found": self.found or f"{BLANK.zh} / {BLANK.en}",
            "expected": self.expected.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Repair:
    """A geometry that was repaired within the limit: which, how, and its area before and after (m²)."""

    place: Place
    key: str
    done: Words
    area_before_m2: float
    area_after_m2: float

    def as_dict(self) -> dict[str, Any]:
        """As the import report's JSON carries it."""
        return {
            "file": self.place.file,
            "row": self.place.row,
            "key": self.key,
            "done": self.done.as_dict(),
            "area_before_m2": self.area_before_m2,
            "area_after_m2": self.area_after_m2,
        }


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """
    Rows that may be stored.

    ``frame`` has the layer's own column names and stored units, geometry in the target's CRS;
    ``rows`` are the file's row numbers of the kept rows. ``side`` holds rows for ledgers that the same
    file brings (plans, events), by layer name; ``stated`` are columns that the store derives (stage, hold), by
    the frame's index, of which events are to be made. ``read`` counts the file's rows: kept and refused.
    ``crs`` is the file's, ``crs_evidence`` why it is believed; the areas are planar, in the target's CRS.
    """

    layer: str
    source: SourceFile
    frame: pd.DataFrame
    rows: tuple[int, ...]
    read: int
    crs: str | None
    side: dict[str, pd.DataFrame] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    repaired: tuple[Repair, ...] = ()
    warnings: tuple[Words, ...] = ()
    stated: pd.DataFrame = field(default_factory=pd.DataFrame)
    crs_evidence: Words | None = None
    area_before_m2: float = 0.0
    area_after_m2: float = 0.0

    @property
    def refused_rows(self) -> int:
        """Rows of the file that are not kept; one with three bad cells counts once."""
        return self.read - len(self.rows)
