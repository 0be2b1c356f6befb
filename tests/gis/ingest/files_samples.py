"""Two parcels, and files of them."""

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

TWO_PARCELS = gpd.GeoDataFrame(
    {"地块编号": ["甲一", "乙二"], "户数": pd.array([3, None], dtype="Int64")},
    geometry=[shapely.box(500000, 4000000, 500100, 4000100), shapely.box(500200, 4000000, 500300, 4000050)],
    crs="EPSG:4547",
)


def in_degrees(frame=TWO_PARCELS):
    return frame.to_crs("EPSG:4490")


def write(frame, path, **options):
    pyogrio.write_dataframe(frame, path, **options)
    return path


def areas(raw):
    return [round(area) for area in shapely.area(np.asarray(raw.geometry.array, dtype=object))]


def shapefile(folder, encoding="UTF-8", *, cpg=True):
    frame = TWO_PARCELS.rename(columns={"地块编号": "编号"})
    path = write(frame, folder / "parcels.shp", driver="ESRI Shapefile", encoding=encoding)
    if not cpg:
        (folder / "parcels.cpg").unlink()
    return path


def zipped(path, *files, names=None):
    with zipfile.ZipFile(path, "w") as made:
        for file, name in zip(files, names or [f.name for f in files], strict=True):
            made.write(file, name)
    return path


def parts(folder, stem="parcels"):
    return sorted(p for p in folder.iterdir() if p.stem == stem and p.suffix != ".zip")
