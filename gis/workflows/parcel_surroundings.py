"""What a parcel came from, what became of it, and what lies beside it."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely

from gis.maps.geojson import geometries_json
from gis.model import BBox, Query
from gis.store.port import Store
from gis.workflows.places import lonlat_geometries
from gis.workflows.plain import Record, records_of

# Surveys of neighbours leave gaps of centimetres between them.
BESIDE_M = 0.5
MOST_BESIDE = 30


def lineage_of(store: Store, parcel_no: str, on: date) -> Record:
    """``{parents, children}``: ``[{parcel_no, kind, on_date, note}]``, of changes up to ``on``."""
    parents = store.read("lineage", Query(keys=(parcel_no,)))
    children = store.read("lineage", Query(where=(("parent_no", parcel_no),)))
    told = [
        frame[frame["on_date"].isna() | (frame["on_date"].dt.date <= on)].assign(parcel_no=frame[of])
        for frame, of in ((parents, "parent_no"), (children, "parcel_no"))
    ]
    columns = ("parcel_no", "kind", "on_date", "note")
    return {name: records_of(frame, columns) for name, frame in zip(("parents", "children"), told, strict=True)}


def neighbours_of(store: Store, parcel_no: str, on: date) -> list[Record]:
    """
    The parcel itself and those within half a metre of it, at most 30, those with the longest common side first:
    ``{parcel_no, name, stage, common_m, shape}``; ``shape`` is GeoJSON, ``common_m`` of the parcel itself is null.
    """
    mine = store.read("parcel", Query(on=on, keys=(parcel_no,), columns=("parcel_no", "name", "stage", "geometry")))
    shape = mine.geometry.iloc[0]
    box = BBox(*shapely.bounds(shape).tolist()).grown(BESIDE_M)
    near = store.read("parcel", Query(on=on, near=(box,), columns=("parcel_no", "name", "stage", "geometry")))
    shapes = np.asarray(near.geometry.array, dtype=object)
    is_beside = shapely.dwithin(shapes, shape, BESIDE_M)
    edge = shapely.buffer(shapely.boundary(shape), BESIDE_M, cap_style="flat")
    common = shapely.length(shapely.intersection(shapely.boundary(shapes), edge))
    common[(near["parcel_no"] == parcel_no).to_numpy()] = np.inf  # itself first
    order = np.lexsort([near["parcel_no"].to_numpy(dtype=object), -common])
    places = [place for place in order.tolist() if is_beside[place]][: MOST_BESIDE + 1]
    found = near.iloc[places].assign(common_m=np.round(common[places], 1))
    outlines = geometries_json(lonlat_geometries(found, store.info.crs))
    return [{**record, "shape": outline} for record, outline in zip(records_of(found), outlines, strict=True)]
