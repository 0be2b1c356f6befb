"""One constraint zone whole, and the projects whose land lies in it."""

from __future__ import annotations

from gis.analysis.overview import Overview
from gis.layers import ZONE
from gis.maps.geojson import bounds_json
from gis.store.port import Store
from gis.workflows.list_projects import LISTED
from gis.workflows.names import read_names, with_names
from gis.workflows.one_entity import read_one
from gis.workflows.places import lonlat_geometries
from gis.workflows.plain import Record, records_of


def show_zone(store: Store, overview: Overview, zone_no: str) -> Record:
    """
    Everything about one zone, as /api/zones/NO sends it. ``projects``: those in conflict with it, the most of their
    land (``in_zone_m2``) first; slivers are none.

    Raises
    ------
    NotFound
        The store has no zone of this number on that day.
    """
    frame = read_one(store, ZONE, zone_no, overview.on)
    return {
        "on": overview.on.isoformat(),
        "zone": records_of(frame, ZONE.names)[0],
        "area_m2": float(frame.geometry.area.iloc[0]),
        "projects": _projects(store, overview, zone_no),
        "bounds": bounds_json(lonlat_geometries(frame, store.info.crs)),
    }


def _projects(store: Store, overview: Overview, zone_no: str) -> list[Record]:
    conflicts = overview.conflicts
    mine = conflicts[(conflicts["zone_no"] == zone_no) & ~conflicts["is_sliver"].astype(bool)]
    in_zone = mine.set_index("project_code")["area_m2"].sort_values(ascending=False, kind="stable")
    rows = overview.projects.loc[in_zone.index]
    named = with_names(rows, read_names(store, overview.on)).assign(
        code=rows.index.astype("str"), in_zone_m2=in_zone.to_numpy()
    )
    return records_of(named, (*LISTED, "in_zone_m2"))
