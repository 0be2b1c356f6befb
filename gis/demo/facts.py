"""The few facts of the sample county, read from ``data/demo`` beside the package (source: data/README.md)."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

import shapely
from shapely import Polygon

from gis.crs import from_lonlat
from gis.errors import UnreadableFile
from gis.words import Words

COUNTY_CODE = "140781"
COUNTY_NAME = "介休市"
# 3° zone by central meridian 111°E; the county lies 0.7°–1.2° east of it.
WORKING_CRS = "EPSG:4546"
DATA_DIR = Path(__file__).resolve().parents[2] / "data" / "demo"


def _fact_file(name: str) -> Path:
    path = DATA_DIR / name
    if not path.is_file():
        raise UnreadableFile(
            Words(
                f"找不到示例数据 {name}；示例县需在源码目录中生成",
                f"{name} of the sample data is missing; the sample county is built from a source checkout",
            ),
            found=str(path),
            expected=f"data/demo/{name}",
        )
    return path


@cache
def county_boundary() -> Polygon:
    """The county's outline in WORKING_CRS, its vertices on whole millimetres."""
    collection = json.loads(_fact_file("jiexiu_boundary.geojson").read_text(encoding="utf-8"))
    lonlat = shapely.geometry.shape(collection["features"][0]["geometry"])
    (projected,) = from_lonlat([lonlat], WORKING_CRS)
    (outline,) = shapely.get_parts(shapely.set_precision(projected, 0.001))
    return Polygon(outline)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the CSV files in ``data/demo``."""
    with _fact_file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def town_names() -> dict[str, str]:
    """Town code → town name, ordered by code."""
    return {row["code"]: row["name"] for row in sorted(read_rows("jiexiu_towns.csv"), key=lambda r: r["code"])}
