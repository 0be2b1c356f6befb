"""
Vector tiles that PostGIS draws: present days, every polygon layer; past days, far tiles of parcels. What is drawn of
what: gis/maps/tiles.py.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.model import BBox, Readiness
from gis.store.port import Affine, StoredRows, StoredTile, TileSpec
from gis.store.postgis.session import PostgisSession
from gis.store.postgis.tile_rows import copy_rows
from gis.store.queries import named_sql

EXTENT, EDGE = 4096, 64  # units across a tile, and drawn past its edge
CELLS = 128  # of the grid, across a tile
FIRST_PREPARED, LAST_PREPARED = 6, 12  # zooms of which cells are kept
FIRST_STAMPED = 11  # from here on a tile has a version of its own: farther out it holds too many blocks
MOST_TURNED = 400_000  # events and replaced rows after a past day; the seconds that they take in all are 10
LAST_OF_ALL = 10  # zoom up to which a tile may show them all
NAMED_FROM = 14  # farther out no name is sent
SIMPLIFY_BELOW, SIMPLIFY_UNITS = 14, 4
WORLD_M = 2 * math.pi * 6378137.0
DRAWN_LAYERS = ("parcel", "town", "park", "zone")
# As tiles.sql sends them: a cell's place, and the area of each class in dm².
_CELL = np.dtype([("place", ">i4"), ("dm2", ">i8", (4,))])


def draw(session: PostgisSession, srid: int, spec: TileSpec) -> StoredTile | None:
    """See ``Store.tile``. Past days are left to gis.maps, which lays the events over the rows, save merged parcels."""
    if spec.layer not in DRAWN_LAYERS:
        return None
    _, is_present = session.sql.begin_tile(layer=spec.layer, day=(spec.on or date.max).isoformat())
    if spec.on is not None and not is_present:
        return _of_the_past(session, srid, spec, spec.on)
    merges = spec.layer == "parcel" and spec.z <= LAST_PREPARED
    if spec.layer == "parcel" and spec.box and spec.affine:
        rows = _rows(session, srid, spec, spec.box)
        if rows is None:
            return None
        return StoredTile(b"", _shares(session, spec) if merges else None, rows)
    if spec.box and spec.affine:
        data = _near(session, srid, spec, spec.box, spec.affine)
    else:
        data = _far(session, srid, spec, "large_parcel" if merges else spec.layer)
    return StoredTile(bytes(data or b""), _shares(session, spec) if merges else None)


def _of_the_past(session: PostgisSession, srid: int, spec: TileSpec, on: date) -> StoredTile | None:
    """
    A far tile of parcels at the end of ``on``: the present cells, with what changed since turned back.

    None where so much changed that it is better read once and kept, which gis.maps does.
    """
    if spec.layer != "parcel" or spec.z > LAST_PREPARED:
        return None
    if spec.z <= LAST_OF_ALL and session.sql.changes_after(day=on.isoformat(), most=MOST_TURNED) >= MOST_TURNED:
        return None
    then: dict[str, Any] = {"day": on.isoformat(), "srid": srid, **_crs_sides(spec)}
    data = session.sql.past_large_parcel_far(zoom=max(spec.z, FIRST_PREPARED), **then, **_far_bound(spec))
    turned = _cells(session.sql.cells_turned(zoom=spec.z, x=spec.x, y=spec.y, **then))
    return StoredTile(bytes(data or b""), _shares(session, spec, turned))


def version(session: PostgisSession, spec: TileSpec) -> str | None:
    """See ``Store.tile_version``; None where nothing better is known than the version of the layers."""
    if spec.layer != "parcel" or spec.z < FIRST_STAMPED or spec.box is None:
        return None
    sides = dict(zip(("west", "south", "east", "north"), spec.box.as_tuple(), strict=True))
    stamps: str | None = session.sql.parcel_stamps(day=(spec.on or date.max).isoformat(), **sides)
    return stamps


def _rows(session: PostgisSession, srid: int, spec: TileSpec, box: BBox) -> StoredRows | None:
    """The parcels of a near tile as they are: gis.maps draws thousands at once in a third of the time of ST_AsMVT."""
    columns = ["parcel_no", "stage", "hold_reason"]
    if spec.z <= LAST_PREPARED:
        sides = dict(zip(("west", "south", "east", "north"), _mercator_box(spec), strict=True))
        bound: dict[str, Any] = {"zoom": max(spec.z, FIRST_PREPARED), **sides}
        return copy_rows(session.connection, named_sql("postgis").large_parcel_rows.sql, bound, columns)
    bound = dict(zip(("west", "south", "east", "north"), box.as_tuple(), strict=True)) | {"srid": srid}
    if spec.z < NAMED_FROM:
        return copy_rows(session.connection, named_sql("postgis").unnamed_parcel_rows.sql, bound, columns)
    return copy_rows(session.connection, named_sql("postgis").parcel_rows.sql, bound, [*columns, "name"])


def _near(session: PostgisSession, srid: int, spec: TileSpec, box: BBox, affine: Affine) -> Any:
    a, b, d, e, xoff, yoff = affine
    bound: dict[str, Any] = dict(zip(("west", "south", "east", "north"), box.as_tuple(), strict=True))
    bound |= {"a": a, "b": b, "d": d, "e": e, "xoff": xoff, "yoff": yoff, "srid": srid}
    # The area of a square unit on the ground is one over the map's determinant.
    bound["tolerance_m"] = SIMPLIFY_UNITS / math.sqrt(abs(a * e - b * d)) if spec.z < SIMPLIFY_BELOW else 0.0
    return getattr(session.sql, f"{spec.layer}_near")(**bound)


def _far(session: PostgisSession, srid: int, spec: TileSpec, name: str) -> Any:
    if name == "large_parcel":
        return session.sql.large_parcel_far(zoom=max(spec.z, FIRST_PREPARED), **_far_bound(spec))
    return getattr(session.sql, f"{name}_far")(srid=srid, **_crs_sides(spec), **_far_bound(spec))


def _far_bound(spec: TileSpec) -> dict[str, Any]:
    """The tile and its edge, and how shapes get into its units, as far statements want them."""
    scale = EXTENT / (WORLD_M / (1 << spec.z))
    west, south, east, north = _mercator_box(spec)
    bound: dict[str, Any] = {"west": west, "south": south, "east": east, "north": north, "scale": scale}
    bound |= {"xoff": EXTENT * ((1 << spec.z) / 2 - spec.x), "yoff": EXTENT * ((1 << spec.z) / 2 - spec.y)}
    # A metre of the ground is 1 / cos(latitude) of the plane.
    bound["tolerance_m"] = SIMPLIFY_UNITS / scale * math.cos(math.atan(math.sinh((south + north) / WORLD_M * math.pi)))
    return bound


def _crs_sides(spec: TileSpec) -> dict[str, float | None]:
    """The box to look at in the working CRS; nulls: the whole layer."""
    box = spec.box.as_tuple() if spec.box else (None, None, None, None)
    return dict(zip(("crs_west", "crs_south", "crs_east", "crs_north"), box, strict=True))


def _mercator_box(spec: TileSpec) -> tuple[float, float, float, float]:
    """West, south, east and north of the tile and its edge in Web Mercator metres."""
    width, edge = WORLD_M / (1 << spec.z), EDGE / EXTENT
    west, north = spec.x * width - WORLD_M / 2, WORLD_M / 2 - spec.y * width
    return west - edge * width, north - (1 + edge) * width, west + (1 + edge) * width, north + edge * width


def _shares(
    session: PostgisSession, spec: TileSpec, turned: NDArray[np.void] | None = None
) -> NDArray[np.float64] | None:
    """
    The share of each cell that each class of small parcels covers; None where there are none.

    ``turned``: what is to be added to the present ones, each cell once.
    """
    cells = _present_cells(session, spec)
    if cells is None and turned is None:
        return None
    dm2 = np.zeros((CELLS * CELLS, len(Readiness)), dtype=np.int64)
    for added in (cells, turned):
        if added is not None:
            dm2[added["place"], :4] += added["dm2"]
    side_dm = WORLD_M * 10 / (1 << spec.z) / CELLS
    return (dm2 / side_dm**2).reshape(CELLS, CELLS, len(Readiness))


def _present_cells(session: PostgisSession, spec: TileSpec) -> NDArray[np.void] | None:
    """Each cell of the tile once, at most."""
    shift = FIRST_PREPARED - spec.z
    if shift <= 0:
        return _cells(session.sql.cells_of_tile(zoom=spec.z, x=spec.x, y=spec.y))
    sides = {"first_x": spec.x << shift, "last_x": ((spec.x + 1) << shift) - 1}
    sides |= {"first_y": spec.y << shift, "last_y": ((spec.y + 1) << shift) - 1}
    return _cells(session.sql.cells_above(shift=shift, **sides))


def _cells(sent: memoryview | None) -> NDArray[np.void] | None:
    return None if sent is None else np.frombuffer(sent, dtype=_CELL)
