"""Several survey TXT files of one archive as one table: bureaus write a file a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.errors import Place
from gis.ingest.keys import numbered
from gis.ingest.source import unreadable
from gis.ingest.table import RawTable, Refusal, SourceFile
from gis.words import Words

# What every file must say alike, for the coordinates of all are read in one system.
_DECIDING = ("坐标系", "几度分带", "带号", "计量单位", "坐标轴")
_NUMBER = "地块编号"
_TOLD = 20


def joined(raws: Sequence[tuple[str, RawTable]], source: SourceFile) -> RawTable:
    """
    The tables of survey files, by the names of their files, as one.

    ``rows`` count the parcels through all files, refused ones too; the column 文件 names each one's file. Numbers that
    come again in another file get "-2", "-3" ….

    Raises
    ------
    UnreadableFile
        The files do not say the same of their coordinates.
    """
    _check_alike(raws, source)
    first = 1
    frames, shapes, rows = [], [], []
    refused: list[Refusal] = []
    for name, raw in raws:
        lines = sorted({*raw.rows, *(r.place.row or 0 for r in raw.refused)})
        ordinal = {line: first + i for i, line in enumerate(lines)}
        first += len(lines)
        frames.append(raw.frame.assign(文件=name))
        shapes.append(np.empty(0, dtype=object) if raw.geometry is None else raw.geometry.to_numpy(dtype=object))
        rows += [ordinal[line] for line in raw.rows]
        refused += [_in_all(r, name, ordinal[r.place.row or 0]) for r in raw.refused]
    frame = pd.concat(frames, ignore_index=True)
    stated = [str(number) for number in frame[_NUMBER]]
    made = numbered(stated)
    frame[_NUMBER] = pd.Series(made, dtype=object)
    warnings = [*_warnings(raws), *_renumbered(sum(a != b for a, b in zip(stated, made, strict=True)))]
    return replace(
        raws[0][1],
        source=source,
        frame=frame,
        rows=tuple(rows),
        geometry=gpd.GeoSeries(np.concatenate(shapes)),
        warnings=tuple(warnings),
        refused=tuple(refused),
    )


def _in_all(refusal: Refusal, name: str, ordinal: int) -> Refusal:
    """The refusal with its row in all; the file and its own line stand in what was found."""
    found = f"{name} 第 {refusal.place.row} 行 / row {refusal.place.row}: {refusal.found}"
    return replace(refusal, place=Place(name, ordinal, refusal.place.column), found=found)


def _check_alike(raws: Sequence[tuple[str, RawTable]], source: SourceFile) -> None:
    first = raws[0]
    for name, raw in raws[1:]:
        for key in _DECIDING:
            one, other = first[1].declared.get(key, ""), raw.declared.get(key, "")
            if one != other:
                raise unreadable(
                    source.name,
                    f"各 TXT 文件的“{key}”不一致，请分别导入",
                    f"the TXT files differ in {key}: import them one by one",
                    found=f"{first[0]}: {one or '—'}; {name}: {other or '—'}",
                    expected=key,
                )


def _warnings(raws: Sequence[tuple[str, RawTable]]) -> list[Words]:
    told = [Words(f"{name}：{w.zh}", f"{name}: {w.en}") for name, raw in raws for w in raw.warnings]
    more = len(told) - _TOLD
    head = Words(
        f"{len(raws)} 个 TXT 文件一并读取，行号为地块在全部文件中的序号",
        f"{len(raws)} TXT files read together; rows count the parcels through all of them",
    )
    rest = [Words(f"另有 {more} 条提示", f"{more} more remarks")] if more > 0 else []
    return [head, *told[:_TOLD], *rest]


def _renumbered(count: int) -> list[Words]:
    if not count:
        return []
    return [
        Words(
            f"{count} 个地块编号在各文件间重复，已加后缀 -2、-3 区分",
            f"{count} parcels repeat a number of another file: told apart by -2, -3",
        )
    ]
