"""Vector tiles that PostGIS draws: present days, every polygon layer. What is drawn of what: gis/maps/tiles.py."""

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
NAMED_FROM = 14  # farther out no name is sent
SIMPLIFY_BELOW, SIMPLIFY_UNITS = 14, 4
WORLD_M = 2 * math.pi * 6378137.0
DRAWN_LAYERS = ("parcel", "town", "park", "zone")
# As tiles.sql sends them: a cell's place, and the area of each class in dm².
_CELL = np.dtype([("place", ">i4"), ("dm2", ">i8", (4,))])


def draw(session: PostgisSession, srid: int, spec: TileSpec) -> StoredTile | None:
    """See ``Store.tile``. Past days are left to gis.maps, which lays the events over the rows."""
    if spec.layer not in DRAWN_LAYERS or not _is_present(session, spec):
        return None
    session.sql.draw_alone()
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


def version(session: PostgisSession, spec: TileSpec) -> str | None:
    """See ``Store.tile_version``; None where nothing better is known than the version of the layers."""
    if spec.layer != "parcel" or spec.z < FIRST_STAMPED or spec.box is None:
        return None
    sides = dict(zip(("west", "south", "east", "north"), spec.box.as_tuple(), strict=True))
    stamps: str | None = session.sql.parcel_stamps(day=(spec.on or date.max).isoformat(), **sides)
    return stamps


def _is_present(session: PostgisSession, spec: TileSpec) -> bool:
    """Nothing of the layer changed after the day."""
    if spec.on is None:
        return True
    day = spec.on.isoformat()
    if session.sql.has_history_after(layer=spec.layer, day=day):
        return False
    return spec.layer != "parcel" or not session.sql.has_parcel_events_after(day=day)


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
    scale = EXTENT / (WORLD_M / (1 << spec.z))
    west, south, east, north = _mercator_box(spec)
    bound: dict[str, Any] = {"west": west, "south": south, "east": east, "north": north, "scale": scale}
    bound |= {"xoff": EXTENT * ((1 << spec.z) / 2 - spec.x), "yoff": EXTENT * ((1 << spec.z) / 2 - spec.y)}
    # A metre of the ground is 1 / cos(latitude) of the plane.
    bound["tolerance_m"] = SIMPLIFY_UNITS / scale * math.cos(math.atan(math.sinh((south + north) / WORLD_M * math.pi)))
    if name == "large_parcel":
        return session.sql.large_parcel_far(zoom=max(spec.z, FIRST_PREPARED), **bound)
    box = spec.box.as_tuple() if spec.box else (None, None, None, None)
    sides = dict(zip(("crs_west", "crs_south", "crs_east", "crs_north"), box, strict=True))
    return getattr(session.sql, f"{name}_far")(srid=srid, **sides, **bound)


def _mercator_box(spec: TileSpec) -> tuple[float, float, float, float]:
    """West, south, east and north of the tile and its edge in Web Mercator metres."""
    width, edge = WORLD_M / (1 << spec.z), EDGE / EXTENT
    west, north = spec.x * width - WORLD_M / 2, WORLD_M / 2 - spec.y * width
    return west - edge * width, north - (1 + edge) * width, west + (1 + edge) * width, north + edge * width


def _shares(session: PostgisSession, spec: TileSpec) -> NDArray[np.float64] | None:
    """The share of each cell that each class of small parcels covers; None where there are none."""
    shift = FIRST_PREPARED - spec.z
    if shift <= 0:
        sent = session.sql.cells_of_tile(zoom=spec.z, x=spec.x, y=spec.y)
    else:
        sides = {"first_x": spec.x << shift, "last_x": ((spec.x + 1) << shift) - 1}
        sides |= {"first_y": spec.y << shift, "last_y": ((spec.y + 1) << shift) - 1}
        sent = session.sql.cells_above(shift=shift, **sides)
    if sent is None:
        return None
    cells = np.frombuffer(sent, dtype=_CELL)
    side_dm = WORLD_M * 10 / (1 << spec.z) / CELLS
    shares = np.zeros((CELLS * CELLS, len(Readiness)))
    shares[cells["place"], :4] = cells["dm2"] / side_dm**2
    return shares.reshape(CELLS, CELLS, len(Readiness))
