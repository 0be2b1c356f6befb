"""Projects and parcels with their geometry as a file for a GIS: GeoPackage in the working CRS, GeoJSON in degrees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio

from gis.reports.table import TableColumn
from gis.words import Words


def write_geopackage(
    path: Path, frame: gpd.GeoDataFrame, columns: Sequence[TableColumn], title: Words, *, layer: str = "project"
) -> None:
    """
    Write ``frame`` as ``layer``, and ``fields`` that says each column's name in Chinese and English.

    pyogrio can give a column no alias of its own, so columns keep their stored names and the second layer tells them.
    """
    described = {"IDENTIFIER": title.zh, "DESCRIPTION": f"{title.zh} / {title.en}"}
    pyogrio.write_dataframe(
        _with_days(frame),
        path,
        layer=layer,
        driver="GPKG",
        geometry_type="Unknown",
        layer_options=described,
        use_arrow=True,
    )
    fields = pd.DataFrame(
        {
            "name": [column.name for column in columns],
            "zh": [column.words.zh for column in columns],
            "en": [column.words.en for column in columns],
        }
    )
    pyogrio.write_dataframe(fields, path, layer="fields", driver="GPKG", append=True)


def _with_days(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dates as dates: pandas' own type would be written as a moment."""
    dates = frame.select_dtypes("datetime").columns
    return frame.astype({name: pd.ArrowDtype(pa.date32()) for name in dates})


def write_geojson(path: Path, features: Sequence[dict[str, Any]], name: str) -> None:
    """Write features in longitude/latitude as RFC 7946 wants them."""
    collection = {"type": "FeatureCollection", "name": name, "features": list(features)}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")
