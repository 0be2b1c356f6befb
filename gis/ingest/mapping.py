"""
The mapping file: what a county writes down once about a supplier's table, in TOML.

``docs/import.md`` shows it to people. Nothing in it is guessed: an unknown section, field, code, unit or
option is an error, and all errors are told at once, each with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from string import Formatter
from typing import Any, Literal, get_args

from gis.errors import InvalidValue, Place, UnreadableFile
from gis.layers import PROJECT_PLAN, CodeList, Column, Layer
from gis.model import Stage
from gis.units import UNITS_BY_DIMENSION
from gis.words import Words

Amounts = Literal["cumulative", "monthly"]
RepeatedKeys = Literal["refuse", "number"]

# Derived columns that a file may nevertheless state: the workflow makes events of them.
STATED_DERIVED = {"stage", "stage_on", "hold_reason", "held_since"}
PLAN_FIELD = "plan_wan"
EVENT_FIELD = "on_date"
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class FieldTarget:
    """
    Where a file's column goes.

    ``unit`` is the unit of its numbers where header and cells state none. ``year`` belongs to ``plan_wan``
    (the year planned for), ``stage`` to ``on_date`` (the requisition stage that began on that day).
    ``format`` is a strptime pattern for dates that would else be refused ("%m/%d/%Y").
    """

    field: str
    unit: str | None = None
    year: int | None = None
    stage: Stage | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """
    How to read the file. Each is None or empty where the reader should find out by itself.

    ``match_others`` false: columns that the mapping does not name are left out without a word; ``ignore`` does the
    same for single ones. ``repeated_keys``: of rows that share a key all but the first are refused ("refuse", by
    the check), or get "-2", "-3" … in the file's order ("number"). ``repeated_keys_by`` names a column instead,
    whose value is put behind the key ("ML#id") of every row whose key is not alone.
    """

    layer: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    skip_rows: int | None = None
    year: int | None = None
    amounts: Amounts | None = None
    repeated_keys: RepeatedKeys = "refuse"
    repeated_keys_by: str | None = None
    ignore: tuple[str, ...] = ()
    match_others: bool = True


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    A mapping file's content.

    ``compose`` builds a field from several columns: a tuple of headers means the first that is not blank,
    a text is a template ("{MAP}-{LOT}", blank where a part is blank).
    """

    name: str = ""
    columns: dict[str, FieldTarget] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    compose: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    options: Options = field(default_factory=Options)

    @property
    def headers_used(self) -> tuple[str, ...]:
        """Every header of the file that the mapping asks for."""
        composed = [template_fields(r) if isinstance(r, str) else r for r in self.compose.values()]
        by = self.options.repeated_keys_by
        return (*self.columns, *(h for recipe in composed for h in recipe), *((by,) if by else ()))


class _Errors:
    """Collects what is wrong, with the line where the offending word stands first."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name
        self.found: list[tuple[int | None, Words]] = []

    def add(self, word: str, zh: str, en: str) -> None:
        line = next((i for i, text in enumerate(self._lines, 1) if word and word in text), None)
        self.found.append((line, Words(zh, en)))

    def raise_all(self) -> None:
        if not self.found:
            return
        zh = "；".join(f"第{line}行：{w.zh}" if line else w.zh for line, w in self.found)
        en = "; ".join(f"line {line}: {w.en}" if line else w.en for line, w in self.found)
        raise InvalidValue(
            Words(f"对照文件有误：{zh}", f"the mapping file has errors: {en}"),
            found=en,
            expected="docs/import.md",
            place=Place(self._name, self.found[0][0]),
        )


def read_mapping(data: bytes, layer: Layer, *, name: str) -> Mapping:
    """
    Read a mapping file (TOML, UTF-8) for ``layer``.

    Raises
    ------
    UnreadableFile
        It is not TOML, not UTF-8, or over 1 MB.
    InvalidValue
        Unknown sections, fields, codes, units or options: all of them, each with its line.
    """
    text = _text(data, name)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableFile(
            Words(f"对照文件不是有效的 TOML：{error}", f"the mapping file is not valid TOML: {error}"),
            found=str(error),
            expected="TOML",
            place=Place(name),
        ) from None
    return mapping_of(content, layer, name=name, text=text)


def mapping_of(content: dict[str, Any], layer: Layer, *, name: str, text: str = "") -> Mapping:
    """
    The mapping of a mapping file's sections; ``text``: the file's, so that errors name its lines.

    Raises
    ------
    InvalidValue
        As ``read_mapping``.
    """
    errors = _Errors(text, name)
    _check_sections(content, errors)
    mapping = Mapping(
        name,
        _columns(content.get("columns", {}), layer, errors),
        _values(content.get("values", {}), layer, errors),
        _constants(content.get("constants", {}), layer, errors),
        _compose(content.get("compose", {}), layer, errors),
        _options(content.get("options", {}), layer, errors),
    )
    _check_once(mapping, errors)
    errors.raise_all()
    return mapping


def _text(data: bytes, name: str) -> str:
    if len(data) > _MAX_BYTES:
        raise UnreadableFile(
            Words("对照文件过大", "the mapping file is too large"),
            found=f"{len(data)} B",
            expected=f"≤ {_MAX_BYTES} B",
            place=Place(name),
        )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            Words("对照文件须为 UTF-8 编码", "the mapping file must be UTF-8"),
            found=str(error),
            expected="UTF-8",
            place=Place(name),
        ) from None


def _check_sections(content: dict[str, Any], errors: _Errors) -> None:
    known = {"columns", "values", "constants", "compose", "options"}
    for section, value in content.items():
        if section not in known:
            errors.add(section, f"没有“{section}”这一节", f"no section '{section}'; known: {', '.join(sorted(known))}")
        elif not isinstance(value, dict):
            errors.add(section, f"“{section}”应为一节（表）", f"'{section}' must be a table")
    for section in known:
        if not isinstance(content.get(section, {}), dict):
            content[section] = {}


def importable(layer: Layer) -> dict[str, Column]:
    """The layer's columns that a file may state, by name."""
    return {c.name: c for c in layer.columns if not c.derived or c.name in STATED_DERIVED}


def _known_fields(layer: Layer) -> dict[str, Column]:
    fields = importable(layer)
    if layer.name == "project":
        fields[PLAN_FIELD] = PROJECT_PLAN.column(PLAN_FIELD)
    return fields


def _check_field(name: str, layer: Layer, errors: _Errors) -> Column | None:
    column = _known_fields(layer).get(name)
    if column is None:
        known = ", ".join(_known_fields(layer))
        errors.add(name, f"{layer.words.zh}没有字段“{name}”", f"{layer.name} has no field '{name}'; known: {known}")
    return column


def _columns(section: dict[str, Any], layer: Layer, errors: _Errors) -> dict[str, FieldTarget]:
    found = {}
    for header, value in section.items():
        target = _target(header, value, layer, errors)
        if target is not None:
            found[header] = target
    return found


def _target(header: str, value: Any, layer: Layer, errors: _Errors) -> FieldTarget | None:
    keys = {"field": value} if isinstance(value, str) else value
    if not isinstance(keys, dict) or not isinstance(keys.get("field"), str):
        errors.add(header, f"“{header}”应指向一个字段", f"'{header}' must name a field")
        return None
    for key in keys.keys() - {f.name for f in dataclass_fields(FieldTarget)}:
        errors.add(key, f"“{header}”中没有“{key}”这一项", f"'{header}' has no setting '{key}'")
    is_event = layer.name == "parcel" and keys["field"] == EVENT_FIELD
    column = None if is_event else _check_field(keys["field"], layer, errors)
    _check_unit(keys.get("unit"), column, header, errors)
    stage = _event_stage(keys.get("stage"), header, errors) if is_event else None
    year, pattern = keys.get("year"), keys.get("format")
    if year is not None and not (isinstance(year, int) and keys["field"] == PLAN_FIELD):
        errors.add(header, f"“{header}”的 year 有误", f"'{header}': year is a whole number and belongs to plan_wan")
        year = None
    if pattern is not None and not (isinstance(pattern, str) and (is_event or (column and column.type == "date"))):
        errors.add(header, f"“{header}”的 format 只用于日期列", f"'{header}': format belongs to date columns")
        pattern = None
    unit = keys.get("unit")
    return FieldTarget(keys["field"], unit.lower() if isinstance(unit, str) else None, year, stage, pattern)


def _event_stage(value: Any, header: str, errors: _Errors) -> Stage | None:
    try:
        return Stage.of(str(value))
    except InvalidValue as error:
        errors.add(header, f"“{header}”的 stage 有误", f"'{header}': stage must be one of {error.expected}")
        return None


def _check_unit(unit: Any, column: Column | None, header: str, errors: _Errors) -> None:
    if unit is None or column is None:
        return
    known = UNITS_BY_DIMENSION.get(column.dimension or "", {})
    if not isinstance(unit, str) or unit.lower() not in known:
        choices = ", ".join(known) or "—"
        errors.add(
            header, f"“{header}”的单位“{unit}”不适用", f"'{header}': unit '{unit}' does not fit; known: {choices}"
        )


def _values(section: dict[str, Any], layer: Layer, errors: _Errors) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, table in section.items():
        column = _check_field(name, layer, errors)
        if not isinstance(table, dict):
            errors.add(name, f"values.{name} 应为一节（表）", f"values.{name} must be a table")
        elif column is not None:
            found[name] = {str(k): _value(column, str(k), v, errors) for k, v in table.items()}
    return found


def _value(column: Column, key: str, value: Any, errors: _Errors) -> str:
    text = str(value)
    if text and column.codes is not None:
        _check_code(column.name, column.codes, text, key, errors)
    return text


def _check_code(field_name: str, codes: CodeList, text: str, word: str, errors: _Errors) -> None:
    try:
        codes.of(text)
    except InvalidValue as error:
        errors.add(
            word, f"{field_name} 没有代码“{text}”", f"{field_name} has no code '{text}'; known: {error.expected}"
        )


def _constants(section: dict[str, Any], layer: Layer, errors: _Errors) -> dict[str, Any]:
    found = {}
    for name, value in section.items():
        column = _check_field(name, layer, errors)
        if isinstance(value, dict | list):
            errors.add(name, f"constants.{name} 应为单个值", f"constants.{name} must be one value")
        elif column is not None:
            if column.codes is not None:
                _check_code(name, column.codes, str(value), name, errors)
            found[name] = value
    return found


def _compose(section: dict[str, Any], layer: Layer, errors: _Errors) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for name, value in section.items():
        _check_field(name, layer, errors)
        if isinstance(value, str) and template_fields(value):
            found[name] = value
        elif isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            found[name] = tuple(value)
        else:
            errors.add(
                name,
                f"compose.{name} 应为列名清单或模板",
                f"compose.{name} must be a list of headers or a template such as '{{MAP}}-{{LOT}}'",
            )
    return found


def template_fields(template: str) -> tuple[str, ...]:
    """The headers a template asks for; empty where it is no plain template."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return ()
    if any(conversion or spec or name == "" for _, name, spec, conversion in parts):
        return ()
    return tuple(name for _, name, _, _ in parts if name)


def filled_template(template: str, texts: dict[str, str]) -> str:
    """The template with each header's text in its place. Headers may hold dots and brackets ("No.", "长[米]")."""
    return "".join(literal + (texts[name] if name else "") for literal, name, _, _ in Formatter().parse(template))


_OPTION_CHECKS: dict[str, Callable[[Any], bool]] = {
    "layer": lambda v: isinstance(v, str),
    "sheet": lambda v: isinstance(v, str),
    "encoding": lambda v: isinstance(v, str) and bool(re.fullmatch(r"(?i)utf-?8|gbk|gb18030|big5|latin-?1", v)),
    "skip_rows": lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 1000,
    "year": lambda v: isinstance(v, int) and not isinstance(v, bool) and 1949 <= v <= 2100,
    "amounts": lambda v: v in get_args(Amounts),
    "repeated_keys": lambda v: v in get_args(RepeatedKeys),
    "repeated_keys_by": lambda v: isinstance(v, str),
    "ignore": lambda v: isinstance(v, list) and all(isinstance(item, str) for item in v),
    "match_others": lambda v: isinstance(v, bool),
}


def _options(section: dict[str, Any], layer: Layer, errors: _Errors) -> Options:
    good: dict[str, Any] = {}
    for name, value in section.items():
        check = _OPTION_CHECKS.get(name)
        if check is None:
            errors.add(name, f"没有选项“{name}”", f"no option '{name}'; known: {', '.join(_OPTION_CHECKS)}")
        elif not check(value):
            errors.add(name, f"选项 {name} 的值“{value}”无效", f"option {name} may not be {value!r}")
        else:
            good[name] = tuple(value) if isinstance(value, list) else value
    if good.get("layer", layer.name) != layer.name:
        errors.add(
            "layer",
            f"此对照文件用于“{good['layer']}”，不用于“{layer.name}”",
            f"this mapping is for '{good['layer']}', not for '{layer.name}'",
        )
    return Options(**good)


def _check_once(mapping: Mapping, errors: _Errors) -> None:
    """A field filled from two sides would be decided by accident."""
    seen: dict[tuple[str, int | None, Stage | None], str] = {}
    for key, where in _filled(mapping):
        if key in seen:
            errors.add(
                where, f"字段 {key[0]} 有两个来源：{seen[key]}、{where}", f"{key[0]}: both {seen[key]} and {where}"
            )
        seen.setdefault(key, where)


def _filled(mapping: Mapping) -> Iterator[tuple[tuple[str, int | None, Stage | None], str]]:
    for header, target in mapping.columns.items():
        yield (target.field, target.year, target.stage), header
    for name in (*mapping.constants, *mapping.compose):
        yield (name, None, None), name
