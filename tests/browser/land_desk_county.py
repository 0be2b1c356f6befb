"""
A county for one day at the land bureau's desk, and the files that come in that day. Everything invented.

Squares of 100 m on a grid in EPSG:4547 (zone 38). Two projects, each on three parcels whose owners have signed, and
which are to start in ninety days: by the usual durations their land comes a month too late.
"""

from __future__ import annotations

import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely.geometry import MultiPolygon, Polygon, box

from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.workflows.keep_assessment import keep

TODAY = date(2026, 6, 30)
CRS, ZONE = "EPSG:4547", 38
EAST, NORTH = 500_000.0, 4_100_000.0
# Signed on 8 May: 45 days to submit, 75 to approve, 45 to clear; approved today, only the last remain.
STEPS = {"pre_notice": "2026-03-02", "survey": "2026-03-10", "plan_notice": "2026-03-25", "agreement": "2026-05-08"}
PROJECTS = {"2026-140781-30-01-000001": ("甲机械厂", 0), "2026-140781-38-01-000002": ("乙电子园", 2)}
SIGNED = [f"D{n}" for n in range(1, 7)]


def square(column: int, row: int) -> Polygon:
    """The square in this place of the grid."""
    east, north = EAST + column * 100, NORTH + row * 100
    return box(east, north, east + 100, north + 100)


def build(path: Path) -> Path:
    """The store, as of the morning."""
    with closing(create_store(path, name="示范县", crs=CRS, actor=LOCAL_ACTOR, data_on=TODAY, is_sample=True)) as store:
        with store.writing(LOCAL_ACTOR) as writer:
            writer.put("town", _towns())
            writer.put("project", _projects())
            writer.put("parcel", _parcels())
            writer.append("parcel_event", _events())
            writer.append(
                "project_plan", pd.DataFrame({"project_code": list(PROJECTS), "year": 2026, "plan_wan": 9_000.0})
            )
            quota = {"year": [2026], "area_m2": [500_000.0], "document": ["示例自然资发〔2026〕18号"]}
            writer.append("land_quota", pd.DataFrame(quota))
        keep(store)
    return path


def _towns() -> gpd.GeoDataFrame:
    county = MultiPolygon([box(EAST - 500, NORTH - 500, EAST + 1500, NORTH + 1500)])
    rows = {"code": ["140781", "140781100"], "name": ["示范县", "义安镇"], "level": ["county", "town"]}
    rows["parent"] = [None, "140781"]  # type: ignore[list-item]
    return gpd.GeoDataFrame(rows, geometry=[county, county], crs=CRS)


def _projects() -> gpd.GeoDataFrame:
    shapes = [
        MultiPolygon([box(EAST, NORTH + 100 * row, EAST + 300, NORTH + 100 * row + 100)])
        for _, row in PROJECTS.values()
    ]
    frame = {
        "code": list(PROJECTS),
        "name": [name for name, _ in PROJECTS.values()],
        "category": "industry",
        "kind": "new",
        "total_wan": 20_000.0,
        "planned_start_on": pd.Timestamp("2026-09-28"),
        "planned_finish_on": pd.Timestamp("2028-09-28"),
        "located_in_town": "140781100",
    }
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def _parcels() -> gpd.GeoDataFrame:
    shapes = [MultiPolygon([square(column, row)]) for row in (0, 2) for column in range(3)]
    frame = {
        "parcel_no": SIGNED,
        "name": [f"{name}用地" for name, _ in PROJECTS.values() for _ in range(3)],
        "town": "140781100",
        "village": "东村",
        "owner_kind": "collective",
        "supply_kind": "market",
        "land_class_scheme": "用地用海",
        "land_class_edition": "2023",
        "land_class_code": "0103",
        "declared_area_m2": 10_000.0,
        "declared_basis": "planar",
        "households": 4,
        "compensation_due_wan": 69.0,
        "compensation_paid_wan": 69.0,
        "unit": "义安镇人民政府",
        "person": "示例甲",
    }
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def _events() -> pd.DataFrame:
    rows = [
        {
            "parcel_no": number,
            "kind": "stage",
            "stage": stage,
            "on_date": pd.Timestamp(day),
            "document": f"示例〔2026〕{n}号",
        }
        for number in SIGNED
        for n, (stage, day) in enumerate(STEPS.items(), start=1)
    ]
    return pd.DataFrame(rows)


# ------------------------------------------------------------------ the files of the day


def survey_txt(path: Path) -> Path:
    """The bureau's TXT, in GBK: N1 N2 N3 N4 side by side; somebody wrote the area of the last one in words."""
    head = ["[属性描述]", "格式版本号=1.01", "坐标系=2000国家大地坐标系", "几度分带=3", "计量单位=米", f"带号={ZONE}"]
    lines = [*head, "转换参数=,,,,,,", "[地块坐标]"]
    for column, number in enumerate(("N1", "N2", "N3", "N4")):
        places = list(square(column, 5).exterior.coords)
        lines.append(f"5,{'一公顷' if number == 'N4' else '1.0000'},{number},城东{column + 1}号地,面,,工业用地,0103,@")
        lines += [f"J{n % 4 + 1},1,{north:.3f},{ZONE * 10**6 + east:.3f}" for n, (east, north) in enumerate(places)]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    return path


def shapefile(path: Path) -> Path:
    """A zipped Shapefile in GBK: S1 and S2, and S3 whose ring crosses itself."""
    east, north = EAST + 600, NORTH + 500
    bow_tie = Polygon([(east, north), (east + 100, north + 100), (east + 100, north), (east, north + 100)])
    shapes = [square(4, 5), square(5, 5), bow_tie]
    frame = gpd.GeoDataFrame(
        {"DKBH": ["S1", "S2", "S3"], "DKMC": ["城西一", "城西二", "城西三"]}, geometry=shapes, crs=CRS
    )
    folder = path.with_suffix("")
    folder.mkdir()
    pyogrio.write_dataframe(frame, folder / "征收红线.shp", encoding="GBK")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path
