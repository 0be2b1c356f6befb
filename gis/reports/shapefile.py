"""
Polygons as an ESRI Shapefile, in the encoding that the receiver reads.

A DBF has field names of at most ten bytes, texts of at most 254 bytes, and only the .cpg beside it to say how its
texts are encoded. So the fields are declared, whatever does not fit is told, and nothing is cut within a character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from gis.errors import InvalidParameter
from gis.model import DbfEncoding
from gis.words import Words

FieldType = Literal["text", "integer", "real", "date"]
LONGEST_TEXT_BYTES = 254
_FIELD = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
_UNKNOWN = "?"
# dBASE's header: the byte of the language driver, and its number for code page 936.
_CODE_PAGE_AT = 29
_CODE_PAGE_936 = b"\x4d"
_CONTROL = re.compile(r"[\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class ShapeColumn:
    """One column: its name in the frame, its field in the DBF (at most ten letters A–Z, digits, _), what it holds."""

    name: str
    field: str
    words: Words
    type: FieldType = "text"

    def __post_init__(self) -> None:
        if not _FIELD.fullmatch(self.field):
            raise InvalidParameter(
                Words("Shapefile 字段名无效", "not a field name of a Shapefile"),
                found=self.field,
                expected=_FIELD.pattern,
            )


def write_shapefile(
    path: Path, frame: gpd.GeoDataFrame, columns: Sequence[ShapeColumn], *, encoding: DbfEncoding = "GBK"
) -> tuple[Words, ...]:
    """
    Write ``frame`` to ``path`` (.shp, with .shx, .dbf, .prj and .cpg beside it).

    Parameters
    ----------
    frame
        Polygons in the frame's CRS (metres); the index means nothing. Missing cells stay empty.
    columns
        What is written, in this order; the frame has them all.
    encoding
        Of the texts: "GBK", which every receiver in the country reads, or "UTF-8". The .cpg says which.

    Returns
    -------
    tuple of Words
        What the receiver will find changed: characters that the encoding lacks (each becomes "?"), texts that were cut
        after 254 bytes.

    Raises
    ------
    InvalidParameter
        ``path`` is no .shp, or two columns have the same field.
    """
    if path.suffix.lower() != ".shp" or len({column.field for column in columns}) != len(columns):
        raise InvalidParameter(
            Words("Shapefile 的文件名或字段名不能用", "the file's or a field's name cannot be used"),
            found=f"{path.name}: {', '.join(column.field for column in columns)}",
            expected=".shp; 字段名不重复 / no field twice",
        )
    text = _Texts(encoding)
    cells = [_cells(frame[column.name], column, text) for column in columns]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(frame.geometry.to_numpy()),
        [values for values, _ in cells],
        [column.field for column in columns],
        field_mask=[missing for _, missing in cells],
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        crs=None if frame.crs is None else frame.crs.to_wkt(),
        encoding=encoding,
    )
    _mark_code_page(path.with_suffix(".dbf"), encoding)
    return text.warnings()


class _Texts:
    """Makes texts fit the encoding and the width, and keeps what it had to change."""

    def __init__(self, encoding: DbfEncoding) -> None:
        self._encoding = encoding
        self._lacking: set[str] = set()
        self._cut: dict[str, int] = {}

    def fitting(self, value: object, column: ShapeColumn) -> str | None:
        """The text as the DBF can hold it; None where it is missing."""
        if not isinstance(value, str):
            return None if pd.isna(value) else self.fitting(str(value), column)  # type: ignore[call-overload]
        text = _CONTROL.sub(" ", value).strip()
        kept = "".join(map(self._known, text))
        data = kept.encode(self._encoding)
        if len(data) <= LONGEST_TEXT_BYTES:
            return kept or None
        self._cut[column.field] = self._cut.get(column.field, 0) + 1
        return data[:LONGEST_TEXT_BYTES].decode(self._encoding, errors="ignore")

    def _known(self, character: str) -> str:
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            self._lacking.add(character)
            return _UNKNOWN
        return character

    def warnings(self) -> tuple[Words, ...]:
        """What the receiver will find changed."""
        found = []
        if self._lacking:
            shown = "".join(sorted(self._lacking)[:20])
            found.append(
                Words(
                    f"{self._encoding} 没有这些字，已写成“?”：{shown}",
                    f"{self._encoding} lacks these characters, each is written '?': {shown}",
                )
            )
        for field, n in self._cut.items():
            found.append(
                Words(
                    f"字段 {field} 有 {n} 处文字超过 254 字节，已截断",
                    f"{n} texts of field {field} were longer than 254 bytes and are cut",
                )
            )
        return tuple(found)


def _cells(values: pd.Series, column: ShapeColumn, text: _Texts) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """A column as GDAL takes it, and where it is missing. pandas' own days would be written as texts with a time."""
    missing = values.isna().to_numpy(dtype=bool)
    if column.type == "date":
        return values.to_numpy(dtype="datetime64[D]"), missing
    if column.type == "integer":
        return values.fillna(0).to_numpy(dtype="int64"), missing
    if column.type == "real":
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        return numbers, ~np.isfinite(numbers)
    fitting = np.array([text.fitting(value, column) for value in values.tolist()], dtype=object)
    return fitting, np.array([value is None for value in fitting], dtype=bool)


def _mark_code_page(dbf: Path, encoding: DbfEncoding) -> None:
    """Old programs look at this byte and not at the .cpg; UTF-8 has no number there."""
    if encoding == "GBK":
        with dbf.open("r+b") as file:
            file.seek(_CODE_PAGE_AT)
            file.write(_CODE_PAGE_936)
