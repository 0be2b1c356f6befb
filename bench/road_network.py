"""A generated road network of any size, the same for a given size and seed: columns of the layer ``road``."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:4547"
SPACING_M = 150.0
EAST, NORTH = 470_000.0, 3_960_000.0
# Of the lanes between main roads so many are there; of all roads so many are in two rows; so many are one-way.
LANES, IN_TWO, ONE_WAY = 0.62, 0.25, 0.03
_KMH = {"primary": 50.0, "secondary": 40.0, "tertiary": 35.0, "residential": 20.0}


def network(roads: int, seed: int = 0) -> gpd.GeoDataFrame:
    """
    About so many rows: a jittered grid, every twelfth line of it a main road, lanes between with gaps and dead ends.

    A quarter of the stretches come in two rows, as ways of OpenStreetMap do where a tag changes.
    """
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(roads / (2 * (LANES + 0.06) * (1 + IN_TWO))))
    start, end, line = _grid(side, rng)
    places = _places(side, rng)
    road_class = np.where(line % 48 == 0, "primary", np.where(line % 12 == 0, "secondary", "residential"))
    start, end, places, road_class = _in_two(start, end, places, road_class, rng)
    lines = shapely.linestrings(np.stack((places[start], places[end]), axis=1))
    lane = road_class == "residential"
    one_way = lane & (rng.random(len(lines)) < ONE_WAY)
    return gpd.GeoDataFrame(
        {
            "road_no": [f"g{i}.1" for i in range(len(lines))],
            "name": pd.Series([None] * len(lines), dtype="str"),
            "road_class": road_class,
            "direction": np.where(one_way, "forward", "both"),
            "speed_kmh": pd.Series(road_class).map(_KMH).to_numpy(dtype=float),
            "length_m": np.round(shapely.length(lines), 3),
            "from_node": start.astype(str),
            "to_node": end.astype(str),
            "no_turn": pd.Series([None] * len(lines), dtype="object"),
            "source": "generated",
        },
        geometry=gpd.GeoSeries(lines, crs=CRS),
    )


def _grid(side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends of the edges that are there, and the grid line that each is on."""
    number = np.arange(side * side).reshape(side, side)
    row = np.repeat(np.arange(side), side - 1)
    across = (number[:, :-1].ravel(), number[:, 1:].ravel(), row)
    along = (number[:-1].T.ravel(), number[1:].T.ravel(), row)
    start, end, line = (np.concatenate(pair) for pair in zip(across, along, strict=True))
    kept = (line % 12 == 0) | (rng.random(len(line)) < LANES)
    return start[kept], end[kept], line[kept]


def _places(side: int, rng: np.random.Generator) -> np.ndarray:
    north, east = np.divmod(np.arange(side * side), side)
    jitter = rng.uniform(-0.35, 0.35, (side * side, 2))
    return (np.column_stack((east, north)) + jitter) * SPACING_M + (EAST, NORTH)


def _in_two(
    start: np.ndarray, end: np.ndarray, places: np.ndarray, road_class: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Some edges halved, a little off the straight line."""
    cut = np.flatnonzero(rng.random(len(start)) < IN_TWO)
    middle = len(places) + np.arange(len(cut))
    bends = (places[start[cut]] + places[end[cut]]) / 2 + rng.normal(0.0, 8.0, (len(cut), 2))
    ends = end.copy()
    ends[cut] = middle
    return (
        np.concatenate((start, middle)),
        np.concatenate((ends, end[cut])),
        np.vstack((places, bends)),
        np.concatenate((road_class, road_class[cut])),
    )
