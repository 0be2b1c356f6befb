"""
The grammar of survey TXT (RULES §1.1 and every variant of §1.2): lines become sections, headers and points.

Nothing is decided here about rings, areas or reference systems.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from gis.ingest.rings import BoundaryPoint
from gis.model import half_width
from gis.words import Words

KEYWORDS = ("属性描述", "地块坐标", "坐标系", "屬性描述", "地塊坐標", "地塊座標")
_SECTIONS = {
    "屬性描述": "属性描述",
    "地塊坐標": "地块坐标",
    "地塊座標": "地块坐标",
    "項目信息": "项目信息",
    "項目資訊": "项目信息",
}
_KEYS = {
    "坐標系": "坐标系",
    "座標系": "坐标系",
    "帶號": "带号",
    "幾度分帶": "几度分带",
    "計量單位": "计量单位",
    "轉換參數": "转换参数",
}
_SYNTAX_KEYS = {"格式版本号", "几度分带", "带号", "精度", "转换参数", "计量单位"}
_DECIDING_KEYS = ("坐标系", "几度分带", "带号")
_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$", re.IGNORECASE)
_KEY_FIRST = re.compile(r"^(?P<key>[^,，=＝]{1,40}?)\s*[=＝]\s*(?P<value>.*)$")
# Nearly every line of a large file: it needs no second look.
_USUAL_POINTS = re.compile(r"(?:[A-Za-z]?[0-9]{1,9},[0-9]{1,6},[0-9]{1,10}\.[0-9]{1,12},[0-9]{1,10}\.[0-9]{1,12}\n)*+")
_AT_ONCE = 10_000
_POINTS_STAND_IN = ("", "地块坐标")
_BEYOND_EARTH = 1e12
GRAPHICS = ("面", "线", "点")


@dataclass(slots=True)
class SurveyParcel:
    """A parcel as it stands in the file."""

    line: int
    fields: list[str]
    extras: list[str]
    points: list[BoundaryPoint] = field(default_factory=list)
    bad: tuple[int, str] | None = None


@dataclass(slots=True)
class SurveyFile:
    """A file as it was parsed: what it declares, its parcels, what was odd."""

    declared: dict[str, str] = field(default_factory=dict)
    parcels: list[SurveyParcel] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)


def parse(text: str, stem: str) -> SurveyFile:
    """A file's text as parcels with points; ``stem`` names the parcel of a file that has no headers."""
    parsed, section, at, looked_at = SurveyFile(), "", 0, 0
    lines = text.splitlines()
    headers = [*(n for n, line in enumerate(lines) if line.endswith("@")), len(lines)]
    while at < len(lines):
        if section in _POINTS_STAND_IN and at >= looked_at:
            looked_at = min(headers[bisect_left(headers, at)], at + _AT_ONCE)
            if _take_usual(parsed, lines, at, looked_at, stem):
                at = looked_at
                continue
            looked_at = max(looked_at, at + 1)
        section = _line(parsed, section, at + 1, lines[at], stem)
        at += 1
    return parsed


def _take_usual(parsed: SurveyFile, lines: Sequence[str], at: int, end: int, stem: str) -> bool:
    """Take these lines where they are points as nearly every file has them; whether they are."""
    if at == end or _USUAL_POINTS.fullmatch("\n".join([*lines[at:end], ""])) is None:
        return False
    if not parsed.parcels:
        parsed.parcels.append(_without_header(at + 1, stem))
    fields = ",".join(lines[at:end]).split(",")
    norths, easts = map(float, fields[2::4]), map(float, fields[3::4])
    told = zip(range(at + 1, end + 1), fields[0::4], fields[1::4], easts, norths, strict=True)
    parsed.parcels[-1].points.extend(map(BoundaryPoint._make, told))
    return True


def _line(parsed: SurveyFile, section: str, number: int, raw: str, stem: str) -> str:
    """One line of whatever kind; gives the section after it."""
    line = raw.replace("\ufeff", "").strip(" \t\u3000")
    if not line:
        return section
    name = _section_name(line)
    declared = _KEY_FIRST.match(line)
    if name is not None:
        return name
    if section not in ("", "属性描述", "项目信息", "地块坐标"):
        _keep(parsed, section, line)
    elif declared:
        _declare(parsed, _KEYS.get(declared["key"], declared["key"]), declared["value"].strip())
    elif section in _POINTS_STAND_IN or _is_coordinate(number, line):
        section = section and "地块坐标"  # the coordinates may begin without saying so
        _take(parsed, number, line, stem)
    return section


def _is_coordinate(number: int, line: str) -> bool:
    """A point, or a header that ends as headers do; seven commas alone may be somebody's parameters."""
    return _ends_as_header(line) or _point(number, _fields(line)) is not None


def _section_name(line: str) -> str | None:
    match = re.match(r"^[\[［【]\s*(.+?)\s*[\]］】]$", line)
    return _SECTIONS.get(match[1], match[1]) if match else None


def _keep(parsed: SurveyFile, section: str, line: str) -> None:
    """Sections that we do not know are kept as they stand."""
    kept = parsed.declared.get(f"[{section}]")
    parsed.declared[f"[{section}]"] = line if kept is None else f"{kept}\n{line}"


def _declare(parsed: SurveyFile, key: str, raw: str) -> None:
    value = half_width(raw) if key in _SYNTAX_KEYS else raw
    known = parsed.declared.get(key)
    if known is not None and known != value and key in _DECIDING_KEYS:
        parsed.warnings.append(
            Words(
                f"文件中“{key}”有两种写法：{known}、{value}，按前者",
                f"{key} is given twice: {known} and {value}; the first counts",
            )
        )
    parsed.declared.setdefault(key, value)


def _take(parsed: SurveyFile, number: int, line: str, stem: str) -> None:
    """A line among the coordinates: a parcel's header, a point, or (without any digit) somebody's remark."""
    fields = _fields(line)
    point = _point(number, fields)
    if _is_header(line, fields, point):
        parsed.parcels.append(_header(number, fields))
    elif point is None and not any(c.isdigit() for c in half_width(line)):
        words = Words(f"第 {number} 行不是界址点，已略过：{line[:40]}", f"row {number} is no point: skipped")
        parsed.warnings.append(words)
    else:
        _add(parsed, number, point, line, stem)


def _add(parsed: SurveyFile, number: int, point: BoundaryPoint | None, line: str, stem: str) -> None:
    """A point, or a line that should be one: then the parcel is bad, for a vertex is missing."""
    if not parsed.parcels:
        parsed.parcels.append(_without_header(number, stem))
    parcel = parsed.parcels[-1]
    if point is not None:
        parcel.points.append(point)
    elif parcel.bad is None:
        parcel.bad = (number, line[:80])


def _without_header(number: int, stem: str) -> SurveyParcel:
    return SurveyParcel(number, ["", "", "", stem, "面", "", "", ""], [])


def _fields(line: str) -> list[str]:
    """A line's fields. A full-width comma parts them only where half-width ones do not (it may be in a name)."""
    usual = line.split(",")
    if len(usual) >= 9 or (len(usual) >= 4 and "，" not in line):
        parts = usual
    elif "," in line or "，" in line:
        parts = line.replace("，", ",").split(",")
    else:
        parts = re.split(r"[;\s]+", line)
    return [part.strip(" \t\u3000") for part in parts]


def number_of(text: str) -> float | None:
    """A number in a syntax position, full-width digits and stray blanks allowed; None where it is none on Earth."""
    folded = re.sub(r"\s+", "", half_width(text))
    number = float(folded) if _NUMBER.match(folded) else inf
    return number if abs(number) < _BEYOND_EARTH else None


def _point(number: int, fields: Sequence[str]) -> BoundaryPoint | None:
    """A point of 点号,圈号,X,Y (more may follow), or of 点号,X,Y, or of X,Y alone."""
    while len(fields) > 2 and not fields[-1]:
        fields = fields[:-1]
    if not 2 <= len(fields) <= 7 or any(text in GRAPHICS for text in fields):
        return None
    at = min(len(fields), 4) - 2
    north, east = number_of(fields[at]), number_of(fields[at + 1])
    if north is None or east is None:
        return None
    name = half_width(fields[0]) if at >= 1 else ""
    ring = half_width(fields[1]) if at >= 2 else ""
    return BoundaryPoint(number, name, ring, east, north)


def _is_header(line: str, fields: Sequence[str], point: BoundaryPoint | None) -> bool:
    return _ends_as_header(line) or (point is None and len(fields) >= 8)


def _ends_as_header(line: str) -> bool:
    return line.rstrip(",， ").endswith(("@", "＠"))


def _header(number: int, fields: list[str]) -> SurveyParcel:
    """Eight fields that every variant has, then what 12- and 13-field variants add, then "@"."""
    marks = [i for i, text in enumerate(fields) if text in ("@", "＠")]
    kept = fields[: marks[-1]] if marks else fields
    while len(kept) > 8 and not kept[-1]:
        kept = kept[:-1]
    padded = [*kept, *[""] * (8 - len(kept))]
    return SurveyParcel(number, padded[:8], padded[8:])
