"""Small hand-drawn road networks in EPSG:4547: 36 km/h everywhere, so that ten metres take a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 4_000_000.0
Place = tuple[float, float]


def road(start: str, end: str, *bends: Place, direction: str = "both", **more: Any) -> dict[str, Any]:
    """A road between two nodes, straight but for ``bends``; numbered by its ends unless it says otherwise."""
    return {"road_no": f"{start}{end}", "start": start, "end": end, "bends": bends, "direction": direction, **more}


def roads(places: Mapping[str, Place], *drawn: dict[str, Any]) -> gpd.GeoDataFrame:
    """The roads as the layer ``road`` has them; ``places`` of the nodes in metres from (EAST, NORTH)."""
    lines = [_line([places[r["start"]], *r["bends"], places[r["end"]]]) for r in drawn]
    columns = {
        "road_no": [r["road_no"] for r in drawn],
        "name": pd.Series([r.get("name") for r in drawn], dtype="str"),
        "road_class": [r.get("road_class", "secondary") for r in drawn],
        "direction": [r["direction"] for r in drawn],
        "speed_kmh": [float(r.get("speed_kmh", 36.0)) for r in drawn],
        "length_m": [line.length for line in lines],
        "from_node": [r["start"] for r in drawn],
        "to_node": [r["end"] for r in drawn],
        "no_turn": pd.Series([r.get("no_turn") for r in drawn], dtype="object"),
    }
    return gpd.GeoDataFrame(columns, geometry=lines, crs=CRS)


def _line(points: Sequence[Place]) -> LineString:
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def at(*points: Place) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Points in metres from (EAST, NORTH), as the network wants them."""
    return np.asarray(points, dtype=float) + np.array((EAST, NORTH))


def no_turn(at_node: str, *to: str) -> list[dict[str, str]]:
    """From the road that bears it, at this node, into none of these."""
    return [{"at": at_node, "to": number} for number in to]
