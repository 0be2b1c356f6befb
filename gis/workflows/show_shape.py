"""A parcel's shape and those around it, to be edited."""

from __future__ import annotations

from typing import Any

from gis.layers import PARCEL
from gis.model import Query
from gis.store.port import Store
from gis.workflows.drawn_shapes import json_of_shapes
from gis.workflows.one_entity import not_found
from gis.workflows.places import box_around
from gis.workflows.plain import Record, plain
from gis.workflows.redraw_parcels import Redrawn

MOST_NEIGHBOURS = 300
# So far round a parcel its neighbours are shown.
AROUND_M = 60.0


def show_shape(store: Store, parcel_no: str) -> Record:
    """
    ``{parcel_no, version, stage, geometry, neighbours: FeatureCollection}`` as the parcel is now.

    ``neighbours`` have ``parcel_no``, ``version`` and ``stage``; at most 300. Coordinates have nine decimals.

    Raises
    ------
    NotFound
        There is no such parcel.
    """
    columns = ("parcel_no", "version", "stage", "geometry")
    own = store.read("parcel", Query(keys=(parcel_no,), columns=columns))
    if own.empty:
        raise not_found(PARCEL, parcel_no)
    near = store.read("parcel", Query(bbox=box_around(own).grown(AROUND_M), columns=columns, limit=MOST_NEIGHBOURS + 1))
    near = near[near["parcel_no"] != parcel_no].head(MOST_NEIGHBOURS)
    crs = store.info.crs
    row = own.iloc[0]
    return {
        "parcel_no": parcel_no,
        "version": int(row["version"]),
        "stage": row["stage"],
        "geometry": json_of_shapes([row["geometry"]], crs)[0],
        "neighbours": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": shape,
                    "properties": {"parcel_no": number, "version": int(version), "stage": stage},
                }
                for shape, number, version, stage in zip(
                    json_of_shapes(near.geometry.tolist(), crs),
                    near["parcel_no"],
                    near["version"],
                    near["stage"],
                    strict=True,
                )
            ],
        },
    }


def redrawn_json(done: Redrawn, crs: str) -> Record:
    """What became of a redrawing, as the API sends it: ``{stored, may_be_accepted, retired, parcels: […]}``."""
    return {
        "stored": done.stored,
        "may_be_accepted": done.may_be_accepted,
        "retired": list(done.retired),
        "parcels": [
            {
                "parcel_no": number,
                "area_m2": plain(float(shape.area)),
                "geometry": json_of_shapes([shape], crs)[0],
                "findings": [_finding(finding, crs) for finding in done.findings[number]],
            }
            for number, shape in done.shapes.items()
        ],
    }


def _finding(finding: Any, crs: str) -> Record:
    return {
        "kind": finding.kind,
        "message": finding.words.as_dict(),
        "stops": finding.stops,
        "other_no": finding.other_no,
        "area_m2": plain(finding.area_m2),
        "where": json_of_shapes([finding.where], crs)[0],
    }
