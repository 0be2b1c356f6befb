"""One constraint zone whole, and the projects whose land lies in it."""

from __future__ import annotations

from gis.analysis.overview import Overview
from gis.errors import NotFound
from gis.layers import ZONE
from gis.maps.geojson import bounds_json
from gis.model import Query
from gis.store.port import Store
from gis.words import Words
from gis.workflows.list_projects import LISTED
from gis.workflows.names import read_names, with_names
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
    frame = store.read("zone", Query(on=overview.on, keys=(zone_no,)))
    if not len(frame):
        raise NotFound(Words(f"没有管控区“{zone_no}”", f"no zone '{zone_no}'"), found=zone_no)
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
