"""
Match a file's columns to a layer and convert every cell to the stored unit and type.

What a file brings besides the layer itself comes out beside it: annual plans and dates of requisition
stages as ledger rows (``side``), a stated present stage or hold as it stands (``derived``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from gis.errors import ColumnsNotMatched, InvalidValue, Place
from gis.ingest import cells
from gis.ingest.headers import Match, Matching, Slot, find_header, match_headers, slots_of
from gis.ingest.keys import numbered, qualified
from gis.ingest.mapping import FieldTarget, Mapping, filled_template, template_fields
from gis.ingest.side import side_rows
from gis.ingest.table import RawTable, Refusal
from gis.layers import FRAME_DTYPES, Column, Layer
from gis.units import UNITS_BY_DIMENSION
from gis.words import Words

Read = Callable[[Any], Any]
_DEFAULT_UNIT = {"area": "m2", "money": "万元", "length": "m", "share": "%"}


@dataclass(frozen=True, slots=True)
class Converted:
    """
    A raw table in the layer's own columns, units and dtypes.

    The index of every frame here is the position of the row in the raw table (``raw.rows[position]`` is what the
    user sees). ``frame`` holds only columns that the file fills, rows in the file's order, bad ones too; drop
    those in ``bad_rows``. ``side`` are ledger rows by ledger ("project_plan", "parcel_event"). ``derived`` are
    stated columns that the store derives (stage, stage_on, hold_reason, held_since): events are to be made of them.
    ``refused`` names every bad cell, several may lie in one row.
    """

    frame: pd.DataFrame
    side: dict[str, pd.DataFrame] = field(default_factory=dict)
    derived: pd.DataFrame = field(default_factory=pd.DataFrame)
    refused: tuple[Refusal, ...] = ()
    bad_rows: frozenset[int] = frozenset()
    warnings: tuple[Words, ...] = ()


@dataclass(slots=True)
class _Run:
    """One conversion under way: what was read, and what could not be."""

    raw: RawTable
    layer: Layer
    mapping: Mapping
    today: date
    refused: list[Refusal] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)
    warnings: list[Words] = field(default_factory=list)

    def refuse(self, position: int, header: str, found: str, expected: Words) -> None:
        place = Place(self.raw.source.name, self.raw.rows[position], header)
        self.refused.append(Refusal(place, found, expected))
        self.bad_rows.add(position)


def match_and_convert(raw: RawTable, layer: Layer, mapping: Mapping | None, *, today: date) -> Converted:
    """
    Convert ``raw`` to ``layer``.

    Parameters
    ----------
    mapping
        The mapping file, if there is one; it goes before the declared headers.
    today
        Its year is meant by "年度计划投资" where neither file nor mapping says one.

    Raises
    ------
    ColumnsNotMatched
        Required columns that nothing fills: all of them, with the headers found and those known.
    InvalidValue
        A unit in a header that does not fit its column, or shares that may be of 1 or of 100.
    """
    run = _Run(raw, layer, mapping or Mapping(), today)
    headers = [str(h) for h in raw.frame.columns]
    matching = match_headers(headers, layer, run.mapping)
    _require(run, headers, matching)
    _warn_of_columns(run, matching)
    read = [*((m.slot, _converted(run, m)) for m in matching.matches), *_given(run, headers)]
    frame = _frame(run, read, "column")
    _refuse_blanks(run, frame, matching)
    frame = _with_unrepeated_keys(run, frame, headers)
    side, said = side_rows(read, frame, year=run.mapping.options.year, today=today)
    run.warnings += said
    return Converted(
        frame,
        side,
        _frame(run, read, "derived"),
        tuple(sorted(run.refused, key=lambda r: r.place.row or 0)),
        frozenset(run.bad_rows),
        tuple(run.warnings),
    )


def _require(run: _Run, headers: Sequence[str], matching: Matching) -> None:
    filled = {m.slot.column.name for m in matching.matches if m.slot.kind == "column"}
    filled |= {*run.mapping.constants, *run.mapping.compose}
    missing = [c for c in run.layer.columns if c.required and not c.derived and c.name not in filled]
    if not missing:
        return
    zh = "；".join(f"{c.words.zh}（可用列名：{'、'.join(c.headers)}）" for c in missing)
    en = "; ".join(f"{c.words.en} (known as: {', '.join(c.headers)})" for c in missing)
    raise ColumnsNotMatched(
        Words(f"缺少必需的列：{zh}", f"required columns are missing: {en}"),
        found="、".join(headers),
        expected="、".join(c.name for c in missing),
        place=Place(run.raw.source.name),
    )


def _warn_of_columns(run: _Run, matching: Matching) -> None:
    for header, winner in matching.beaten:
        run.warnings.append(
            Words(
                f"“{header}”与“{winner}”同指一项，只用了“{winner}”",
                f"'{header}' means the same as '{winner}': only '{winner}' was used",
            )
        )
    listed = (
        (matching.unknown, "以下列未识别，未导入：", "columns not recognised and not imported: "),
        (matching.computed, "以下列由系统计算，未导入：", "columns that are computed here and not imported: "),
        (matching.absent, "对照文件中的以下列在文件里没有：", "columns of the mapping that the file lacks: "),
    )
    for names, zh, en in listed:
        if names:
            run.warnings.append(Words(zh + "、".join(names), en + ", ".join(names)))


def _converted(run: _Run, match: Match) -> pd.Series[Any]:
    column, values = match.slot.column, run.raw.frame.iloc[:, match.position]
    unit = _unit(run, match)
    _refuse_doubtful_shares(run, match, values)
    read = _reader(run, column, unit, match.target)
    fast = None if column.name in run.mapping.values else _fast(values, column, unit)
    return fast if fast is not None else _read_each(run, values, column, match.header, read)


def _unit(run: _Run, match: Match) -> str | None:
    """Header, then mapping, then the note above the table, then the dimension's own unit with a warning."""
    dimension = match.slot.column.dimension
    known = UNITS_BY_DIMENSION.get(dimension or "", {})
    if match.unit is not None and match.unit not in known:
        raise InvalidValue(
            Words(
                f"“{match.header}”的单位不适用于{match.slot.column.words.zh}",
                f"'{match.header}': the unit does not fit",
            ),
            found=match.unit,
            expected="、".join(known) or "—",
            place=Place(run.raw.source.name, column=match.header),
        )
    if dimension is None:
        return None
    stated = match.unit or (match.target.unit if match.target else None) or _noted_unit(run.raw, known)
    if stated is None and dimension in ("area", "money"):
        _warn_of_assumed_unit(run, match, _DEFAULT_UNIT[dimension])
    return stated or _DEFAULT_UNIT[dimension]


def _noted_unit(raw: RawTable, known: dict[str, Any]) -> str | None:
    noted = (unit.strip().lower() for unit in raw.declared.get("单位", "").split("、"))
    return next((unit for unit in noted if unit in known), None)


def _warn_of_assumed_unit(run: _Run, match: Match, unit: str) -> None:
    values = run.raw.frame.iloc[:, match.position]
    if all(cells.is_blank(v) or _states_unit(v) for v in values.drop_duplicates()):
        return
    run.warnings.append(
        Words(f"“{match.header}”未注明单位，按{unit}计", f"'{match.header}' states no unit: taken as {unit}")
    )


def _states_unit(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()[-1:].isdigit()


def _refuse_doubtful_shares(run: _Run, match: Match, values: pd.Series[Any]) -> None:
    """0.6 may mean 60 % or 0.6 %: where nothing says which, ask."""
    if match.slot.column.dimension != "share" or match.unit or (match.target and match.target.unit):
        return
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    if numbers.empty or len(numbers) < values.map(lambda v: not cells.is_blank(v)).sum():
        return
    if numbers.max() <= 1 and ((numbers > 0) & (numbers < 1)).any():
        raise InvalidValue(
            Words(
                f"“{match.header}”各值均不大于 1，无法判断是百分数还是小数：请在列名注明（%），或在对照文件中注明 unit",
                f"'{match.header}' holds nothing above 1: write (%) into the header, or unit = 'ratio' in the mapping",
            ),
            found=f"max {numbers.max()}",
            expected="% / ratio",
            place=Place(run.raw.source.name, column=match.header),
        )


def _fast(values: pd.Series[Any], column: Column, unit: str | None) -> pd.Series[Any] | None:
    """Whole columns of numbers in the stored unit need no look at each cell."""
    if column.type not in ("real", "money") or not pd.api.types.is_float_dtype(values.dtype):
        return None
    factor = UNITS_BY_DIMENSION[column.dimension][unit] if column.dimension and unit else 1
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    high = 100.0 if column.dimension == "share" else 1e15
    if factor != 1 or ((numbers < 0) | (numbers > high)).any():
        return None
    return pd.Series(numbers)


def _reader(run: _Run, column: Column, unit: str | None, target: FieldTarget | None) -> Read:
    values = {k.strip(): v for k, v in run.mapping.values.get(column.name, {}).items()}
    is_key = column.name in run.layer.key and run.layer.kind == "entity"
    read_as_told = _cell_reader(column, unit, target.format if target else None, is_key)

    def read(value: Any) -> Any:
        if values and not cells.is_blank(value):  # whole numbers come as 1.0 where some are missing
            value = values.get(str(value).strip(), values.get(cells.plain(value).strip(), value))
        return read_as_told(value)

    return read


def _cell_reader(column: Column, unit: str | None, pattern: str | None, is_key: bool) -> Read:
    if column.codes is not None:
        return partial(cells.read_code, codes=column.codes)
    readers: dict[str, Read] = {
        "integer": partial(cells.read_integer, column=column),
        "real": partial(cells.read_number, column=column, unit=unit),
        "money": partial(cells.read_number, column=column, unit=unit),
        "date": partial(cells.read_date, column=column, pattern=pattern),
        "boolean": cells.read_boolean,
        "json": lambda value: None if cells.is_blank(value) else value,
    }
    return readers.get(column.type) or partial(cells.read_text, column=column, is_key=is_key)


def _read_each(run: _Run, values: pd.Series[Any], column: Column, header: str, read: Read) -> pd.Series[Any]:
    """Read every cell, each distinct one once; refuse what cannot be read."""
    codes, distinct = _distinct(values)
    results = [_tried(read, value) for value in distinct]
    for k, (_, error) in enumerate(results):
        if error is not None:
            for position in np.flatnonzero(codes == k):
                run.refuse(int(position), header, str(distinct[k]), error.words)
    return _typed([None if k < 0 else results[k][0] for k in codes.tolist()], column)


def _distinct(values: pd.Series[Any]) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[Any]]:
    """For each cell the number of its value in the list of distinct ones; −1 where it is blank."""
    if values.dtype != object:
        codes, uniques = pd.factorize(values)
        return codes, pd.Series(uniques).tolist()
    # True, 1 and 1.0 are equal and are not the same cell.
    seen: dict[tuple[type, Any], int] = {}
    found = [
        -1
        if cells.is_blank(value)
        else seen.setdefault((type(value), value if _hashable(value) else repr(value)), len(seen))
        for value in values.tolist()
    ]
    places = np.array(found, dtype=np.intp)
    firsts = np.full(len(seen), -1)
    firsts[places[places >= 0][::-1]] = np.flatnonzero(places >= 0)[::-1]
    return places, [values.iat[i] for i in firsts]


def _hashable(value: Any) -> bool:
    return isinstance(value, str | int | float | date | type(None))


def _tried(read: Read, value: Any) -> tuple[Any, InvalidValue | None]:
    try:
        return read(value), None
    except InvalidValue as error:
        return None, error


def _typed(values: list[Any], column: Column) -> pd.Series[Any]:
    if column.type == "date":
        return pd.Series(pd.array(np.array(values, dtype="datetime64[s]")))
    if column.type == "json":
        return pd.Series(values, dtype="object")
    return pd.Series(pd.array(values, dtype=FRAME_DTYPES[column.type]))  # type: ignore[call-overload]


def _given(run: _Run, headers: Sequence[str]) -> list[tuple[Slot, pd.Series[Any]]]:
    """What the mapping composes of columns or states for every row."""
    slots = {s.column.name: s for s in slots_of(run.layer) if s.kind in ("column", "derived", "plan")}
    found = []
    for name, recipe in run.mapping.compose.items():
        made, label = _composed(run, headers, recipe)
        column = slots[name].column
        read = _reader(run, column, _DEFAULT_UNIT.get(column.dimension or ""), None)
        found.append((slots[name], _read_each(run, made, column, label, read)))
    for name, value in run.mapping.constants.items():
        column = slots[name].column
        read = _reader(run, column, _DEFAULT_UNIT.get(column.dimension or ""), None)
        values = pd.Series([value] * len(run.raw.frame), dtype="object")
        found.append((slots[name], _read_each(run, values, column, name, read)))
    return found


def _composed(run: _Run, headers: Sequence[str], recipe: str | tuple[str, ...]) -> tuple[pd.Series[Any], str]:
    wanted = template_fields(recipe) if isinstance(recipe, str) else recipe
    parts = [_column_named(run, headers, name) for name in wanted]
    made = []
    for row in zip(*parts, strict=True):
        if isinstance(recipe, str):
            texts = {n: cells.plain(v) for n, v in zip(wanted, row, strict=True)}
            made.append(None if any(cells.is_blank(v) for v in row) else filled_template(recipe, texts))
        else:
            made.append(next((v for v in row if not cells.is_blank(v)), None))
    return pd.Series(made, dtype="object"), " + ".join(wanted)


def _column_named(run: _Run, headers: Sequence[str], name: str) -> list[Any]:
    position = find_header(headers, name)
    if position is None:
        raise ColumnsNotMatched(
            Words(f"文件中没有对照文件所用的列“{name}”", f"the file lacks the column '{name}' that the mapping uses"),
            found="、".join(headers),
            expected=name,
            place=Place(run.raw.source.name),
        )
    return run.raw.frame.iloc[:, position].tolist()


def _frame(run: _Run, read: Sequence[tuple[Slot, pd.Series[Any]]], kind: str) -> pd.DataFrame:
    index = pd.RangeIndex(len(run.raw.frame))
    found = {slot.column.name: values for slot, values in read if slot.kind == kind}
    ordered = {name: found[name] for name in run.layer.names if name in found}
    return pd.DataFrame(ordered, index=index)


def _refuse_blanks(run: _Run, frame: pd.DataFrame, matching: Matching) -> None:
    """A required column that is blank refuses its row, unless the cell was refused already."""
    headers = {m.slot.column.name: m.header for m in matching.matches if m.slot.kind == "column"}
    said = {(r.place.row, r.place.column) for r in run.refused}
    for column in run.layer.columns:
        if not column.required or column.name not in frame:
            continue
        header = headers.get(column.name, column.words.zh)
        for position in np.flatnonzero(frame[column.name].isna()):
            if (run.raw.rows[position], header) not in said and not _is_composed_bad(run, column, int(position)):
                run.refuse(
                    int(position),
                    header,
                    "",
                    Words(f"{column.words.zh}不能为空", f"{column.words.en} may not be blank"),
                )


def _is_composed_bad(run: _Run, column: Column, position: int) -> bool:
    return column.name in run.mapping.compose and position in run.bad_rows


def _with_unrepeated_keys(run: _Run, frame: pd.DataFrame, headers: Sequence[str]) -> pd.DataFrame:
    """As the mapping wants it, make keys that stand several times in the file different; tell how many."""
    options, key = run.mapping.options, run.layer.key[0]
    if options.repeated_keys_by is None and options.repeated_keys == "refuse":
        return frame
    keys = [None if cells.is_blank(k) else str(k) for k in frame[key].tolist()]
    if options.repeated_keys_by is None:
        new = numbered(keys)
    else:
        new = qualified(keys, _column_named(run, headers, options.repeated_keys_by))
    changed = sum(old != made for old, made in zip(keys, new, strict=True))
    if changed:
        words = run.layer.column(key).words
        run.warnings.append(
            Words(
                f"{changed} 行的{words.zh}重复，已按对照文件加以区分",
                f"{changed} rows repeat a {words.en}: told apart as the mapping says",
            )
        )
    return frame.assign(**{key: _typed(new, run.layer.column(key))})
