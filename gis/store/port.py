"""
What a store can do. Two things answer to it: one GeoPackage file, and PostGIS.

No analysis, workflow or view knows which of them it has.

Frames that go in and come out hold, by column type (see gis.layers): text → pandas'
``str``; integer → ``Int64``; real, money (万元) → ``float64``; date → ``datetime64[s]`` (naive, midnight);
boolean → ``boolean``; json → Python objects. Missing is NaN, <NA>,
NaT or None: test with ``isna``. Geometry is a
GeoSeries named ``geometry`` in ``info.crs``, None where there is none. The index means nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gis.model import ALL, Actor, BBox, Query
from gis.words import Words

Outcome = Literal["stored", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """
    What a store says of itself.

    ``crs`` is the working CRS, projected and in metres ("EPSG:4547"). ``data_on`` is the day that
    a sample's data reflect: the default "as of" of its maps; None for a living store (today).
    """

    name: str
    crs: str
    schema_version: int
    created_at: datetime
    data_on: date | None = None
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of each row handed in, in its order."""

    outcomes: tuple[Outcome, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows had this outcome."""
        return self.outcomes.count(outcome)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Keys of which an earlier row is back, and of which there is none any more."""

    restored: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """
    One key of one layer changed; ``key`` None: so many that the whole layer counts as changed.

    A ledger's change carries the key of the project or parcel that the row belongs to. ``by_events``: nobody put
    another row in its place, only what its events say of it changed.
    """

    seq: int
    layer: str
    key: str | None
    by_events: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must be true of stored data and is not."""

    rule: str
    layer: str | None
    key: str | None
    words: Words

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"rule": self.rule, "layer": self.layer, "key": self.key, "message": self.words.as_dict()}


# a, b, d, e, xoff, yoff: x' = a·x + b·y + xoff, y' = d·x + e·y + yoff, as ST_Affine has them.
Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class TileSpec:
    """
    One vector tile that a store is asked to draw, as it was on ``on`` (None: as it is).

    ``box`` is the tile and its edge in the working CRS, None where the whole layer is to be looked at. ``affine`` takes
    the working CRS to tile units, x to the right and y down; None where no affine map is near enough.
    """

    layer: str
    z: int
    x: int
    y: int
    box: BBox | None
    affine: Affine | None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class StoredRows:
    """
    Rows of a layer that a store leaves to be drawn: columns of texts, "" for a missing one, and shapes.

    ``wkb``: of each row a MultiPolygon in the working CRS, in well-known binary (little-endian, without SRID), one
    after the other; ``sizes`` (n,) the bytes of each.
    """

    columns: Mapping[str, pa.StringArray]
    wkb: memoryview
    sizes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoredTile:
    """
    What a store drew: one layer of a vector tile (empty where nothing shows), what it left to be drawn, and what is too
    small for that.

    ``rows``: every row that may show on the tile, to be drawn by its affine map; None where all that shows is drawn.
    ``shares`` (rows, columns, readiness classes): the share of each cell of the tile's grid that each class covers,
    the classes in the order of ``Readiness``; None where nothing is so small.
    """

    data: bytes
    shares: NDArray[np.float64] | None = None
    rows: StoredRows | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """
    What an assessment of one day found, kept beside the data: project code → its result, a JSON text.

    ``version`` is that of the data that they are of; ``made_by`` tells by which program, for who reads them to know
    whether they are of use. ``parts`` (PART_TYPES): how parcels divide the land of these projects; None where that is
    not said.
    """

    on: date
    version: int
    made_by: str
    rows: Mapping[str, str]
    parts: pd.DataFrame | None = None


# The columns of kept parts, none of them ever missing (``is_thin`` is plain ``bool``): the project and the parcel, the
# land that they have in common (m²), the whole parcel (m²), whether what they have in common is a sliver.
PART_TYPES: Mapping[str, str] = {
    "project_code": "text",
    "parcel_no": "text",
    "whole_m2": "real",
    "parcel_m2": "real",
    "is_thin": "boolean",
}


class Reader(Protocol):
    """Reads a store as it is: committed, or as an open transaction leaves it."""

    def read(self, layer: str, query: Query = ALL) -> gpd.GeoDataFrame:
        """
        Rows of a layer, ordered by key; with ``query.on`` as they were at the end of that day.

        Entities carry their derived columns (stage, hold) as of that day. Ledgers give the ruling row
        of each key; project and parcel events give every row up to that day, in order.
        A ledger comes as a plain DataFrame.
        """
        ...

    def tally(self, layer: str, column: str, query: Query = ALL) -> dict[Any, int]:
        """
        How many of the rows of an entity layer that ``query`` asks for have each value of ``column``.

        Missing is None; values that no row has are left out. ``query.columns`` means nothing.
        """
        ...

    def shapes_ever(self, layer: str, keys: Collection[str]) -> NDArray[np.object_]:
        """Every geometry that the entities with these keys have or had."""
        ...

    def version(self, layers: Collection[str] | None = None) -> int:
        """A number that grows with each change to these layers (None: to any); 0 in a new store."""
        ...

    def changes_since(self, version: int) -> tuple[Change, ...]:
        """What changed after ``version``, oldest first."""
        ...

    def results(self, *, since: int = -1, keys: Collection[str] | None = None) -> Results | None:
        """
        The kept results, with those rows alone that were kept at a later version than ``since``, of these projects
        (None: of all), and without their parts. None where none are kept.
        """
        ...

    def kept_parts(self, parcels: Collection[str] | None = None) -> pd.DataFrame:
        """
        The kept parts (PART_TYPES), by project and parcel, of the projects that have one under one of these parcels;
        None: of all projects.
        """
        ...


class Writer(Reader, Protocol):
    """The open transaction. All of it is kept, or none."""

    def put(
        self,
        layer: str,
        frame: pd.DataFrame,
        *,
        on: date | None = None,
        expected: Mapping[str, int] | None = None,
        clearing: bool = False,
        since: date | None = None,
    ) -> PutResult:
        """
        Insert entities, or update those whose key is there.

        Columns that the frame lacks leave what is stored; so do missing values in those that it has, but with
        ``clearing``, where they empty the cell (a geometry is never emptied).
        A replaced row is kept in history as true until ``on`` (default: today). ``since``: rows that are new hold
        from that day on, and as of earlier days they are not there; without it they hold from the beginning. A key
        that was retired comes back on ``on``.

        ``expected`` holds, for keys of the frame, the version that the caller edited, as read by
        ``Query(columns=(…, "version"))``; 0 for a row that must be new. The first version of a row is 1; of one that
        begins on a day (``since``), or whose number comes back, it is a later one: that nothing was there counts,
        too. Each put that changes the row, alone or among very many, makes one more: never fewer, and not by what
        its events say, which nobody can overwrite. Rows that would not change are not compared, so that a write
        whose answer was lost can be sent again.

        Raises
        ------
        Conflict
            A row has another version than ``expected`` says: somebody changed it meanwhile. Nothing is written
            by this call; let the exception end the block, and nothing of the transaction is kept.
        InvalidRow
            A required value is missing, a code is not in its list, a ``must_exist`` key points nowhere,
            a key stands twice in the frame, a geometry is empty or of another kind.
        InvalidParameter
            ``expected`` names a key that the frame does not hold.
        """
        ...

    def append(self, layer: str, frame: pd.DataFrame) -> PutResult:
        """
        Append ledger rows. A row equal to the latest one of its key is ``unchanged`` and not written;
        another row of a known key is a correction (``updated``). Stages kept on projects and parcels follow.

        Raises
        ------
        InvalidRow
            As for ``put``.
        """
        ...

    def retire(self, layer: str, keys: Collection[str], on: date) -> None:
        """
        Take entities out of the present: from ``on`` on they are not there, as of earlier days they are.

        What ledgers say of them stays. A retired key may be put again.

        Raises
        ------
        NotFound
            A key that the layer does not hold; names them all.
        InvalidRow
            A ledger that does not outlive them tells of some (a project's reports); names them and the ledgers.
        """
        ...

    def take_back(self, layer: str, at: datetime) -> TakenBack:
        """
        Undo what the transaction of the moment ``at`` did to the entities of a layer: replaced rows come back as they
        were, new ones go as if they had never been. Rows that were changed again since are left as they are.
        """
        ...

    def keep_results(self, results: Results, *, whole: bool) -> None:
        """
        Keep these results in place of earlier ones: of all (``whole``), or of the same projects.

        Without ``parts``, those that are kept of these projects stay.
        """
        ...


class Store(Reader, Protocol):
    """The only door to the data."""

    @property
    def info(self) -> StoreInfo:
        """Name, CRS and age."""
        ...

    def tile(self, spec: TileSpec) -> StoredTile | None:
        """The tile, where the store draws it faster than by giving the rows; None where it leaves that to gis.maps."""
        ...

    def tile_version(self, spec: TileSpec, layers: Collection[str]) -> str:
        """
        A text that is another one when the tile shows something else, be it of another day; ``layers`` are those
        that it shows. It may be another one, too, where the tile shows the same.
        """
        ...

    def count(self, layer: str) -> int:
        """Rows at present."""
        ...

    def extent(self, layers: Collection[str] = ("town", "park", "parcel", "project")) -> BBox | None:
        """The box around these layers in the working CRS; None where all are empty."""
        ...

    def history(self, layer: str, key: str) -> pd.DataFrame:
        """Replaced rows of one entity, oldest first: valid_from, valid_to, recorded_at, recorded_by, attributes."""
        ...

    def writing(self, actor: Actor) -> AbstractContextManager[Writer]:
        """
        Open the one write transaction; commits at the block's end, rolls back on any exception.

        Raises
        ------
        NotAllowed
            The actor may not write.
        StoreBusy
            Another writer holds the store for longer than the waiting time.
        StoreFull
            The disk is full; nothing was written.
        """
        ...

    def turn(self) -> AbstractContextManager[None]:
        """
        While the block lasts, other processes that ask for their turn wait: for long work that one does for all.

        Nobody's reading or writing is held up. In a store of one file only the threads of a process take turns.

        Raises
        ------
        StoreBusy
            Another process has had its turn for minutes.
        """
        ...

    def restart_changes(self) -> None:
        """
        Tell every layer to have changed, with versions that no earlier life of this store can have told.

        For a restored backup, whose versions would else be told a second time, of other data.
        """
        ...

    def check_integrity(self) -> Iterator[Finding]:
        """What the engine itself can find wrong: broken pages, dangling keys, a stale index, stale derived columns."""
        ...

    def close(self) -> None:
        """Give back connections and files."""
        ...


Row = dict[str, Any]
