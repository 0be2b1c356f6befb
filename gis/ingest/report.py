"""What became of a file: the import report, as JSON and as a text for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis.errors import InvalidValue
from gis.ingest.table import BLANK, Refusal, Repair
from gis.layers import LAYERS
from gis.units import mu_of_m2, shown
from gis.words import Language, Words

LISTED = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one layer: new, changed, as they were."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0

    def as_dict(self) -> dict[str, int]:
        """As JSON carries it."""
        return {"stored": self.stored, "updated": self.updated, "unchanged": self.unchanged}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """
    Every row of a file is accounted for: ``read == stored + updated + unchanged + refused_rows``.

    ``refused`` names every bad cell, so that it may be longer than ``refused_rows``; ``as_dict`` gives one
    entry a refused row, the row's further cells under ``also``. ``side`` counts
    the ledger rows that came along (plans, events). Areas are planar m² in the working CRS, before
    anything was repaired or refused and after. ``dry_run``: nothing was stored.
    """

    file: str
    sha256: str
    layer: str
    crs: str | None
    crs_evidence: Words | None
    read: int
    stored: int
    updated: int
    unchanged: int
    refused_rows: int
    refused: tuple[Refusal, ...] = ()
    repaired: tuple[Repair, ...] = ()
    warnings: tuple[Words, ...] = ()
    side: dict[str, Counts] = field(default_factory=dict)
    area_before_m2: float = 0.0
    area_after_m2: float = 0.0
    dry_run: bool = False
    seconds: float = 0.0

    def __post_init__(self) -> None:
        accounted = self.stored + self.updated + self.unchanged + self.refused_rows
        if self.read != accounted:
            raise InvalidValue(
                Words("导入报告的行数不平", "the import report does not account for every row"),
                found=f"{accounted}",
                expected=f"{self.read}",
            )

    def as_dict(self) -> dict[str, Any]:
        """The report whole, as ``--json`` prints it and the import log keeps it."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "layer": self.layer,
            "crs": self.crs,
            "crs_evidence": self.crs_evidence.as_dict() if self.crs_evidence else None,
            "read": self.read,
            "stored": self.stored,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused_rows": self.refused_rows,
            "refused": self._refused_by_row(),
            "repaired": [repair.as_dict() for repair in self.repaired],
            "warnings": [words.as_dict() for words in self.warnings],
            "side": {name: counts.as_dict() for name, counts in self.side.items()},
            "area_before_m2": round(self.area_before_m2, 3),
            "area_after_m2": round(self.area_after_m2, 3),
            "dry_run": self.dry_run,
            "seconds": round(self.seconds, 3),
        }

    def _refused_by_row(self) -> list[dict[str, Any]]:
        """One entry a refused row. In a wide ledger each cell is a row of its own, and stays one."""
        rows: dict[tuple[str | None, int | None], list[dict[str, Any]]] = {}
        for refusal in self.refused:
            rows.setdefault((refusal.place.file, refusal.place.row), []).append(refusal.as_dict())
        if len(rows) != self.refused_rows:
            return [refusal.as_dict() for refusal in self.refused]
        return [{**first, "also": also} if also else first for first, *also in rows.values()]

    def as_text(self, language: str = "zh") -> str:
        """The report for people; long lists end after twenty ("另有 n 条": the JSON has all)."""
        to = _Text("en" if language == "en" else "zh")
        lines = [*_head(self, to), *_side_lines(self, to), *_area_line(self, to)]
        lines += to.listed(Words("警告", "Warnings"), self.warnings, lambda w: w.of(to.language))
        lines += to.listed(Words("已修复", "Repaired"), self.repaired, lambda r: _repair_line(r, to))
        lines += to.listed(Words("拒绝", "Refused"), self.refused, lambda r: _refusal_line(r, to))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Text:
    """One language's way to lay a report out."""

    language: Language

    def say(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh

    def listed(self, title: Words, items: Sequence[Any], line: Callable[[Any], str]) -> list[str]:
        if not items:
            return []
        lines = ["", self.say(f"{title.zh}（{len(items)}）：", f"{title.en} ({len(items)}):")]
        lines += [f"  {line(item)}" for item in items[:LISTED]]
        if len(items) > LISTED:
            more = len(items) - LISTED
            lines.append("  " + self.say(f"另有 {more} 条，见 --json", f"{more} more: see --json"))
        return lines


def _head(report: ImportReport, to: _Text) -> list[str]:
    layer = LAYERS[report.layer].words.of(to.language)
    title = to.say(f"导入 {report.file} → {layer}", f"Import of {report.file} → {layer}")
    if report.dry_run:
        title += to.say("（试运行，未入库）", " (dry run: nothing was stored)")
    lines = [title, f"  SHA-256  {report.sha256[:16]}…"]
    if report.crs is not None:
        crs = report.crs if report.crs.startswith("EPSG") else "WKT"
        evidence = report.crs_evidence.of(to.language) if report.crs_evidence else ""
        lines.append("  " + to.say(f"坐标系   {crs}：{evidence}", f"CRS      {crs}: {evidence}"))
    counted = (
        (Words("读入", "read"), report.read),
        (Words("新增", "stored"), report.stored),
        (Words("更新", "updated"), report.updated),
        (Words("未变", "unchanged"), report.unchanged),
        (Words("拒绝", "refused"), report.refused_rows),
    )
    return [*lines, "  " + "  ".join(f"{name.of(to.language)} {count:,}" for name, count in counted)]


def _side_lines(report: ImportReport, to: _Text) -> list[str]:
    lines = []
    for name, counts in report.side.items():
        layer = LAYERS[name].words.of(to.language)
        zh = f"  {layer}：新增 {counts.stored:,}，更正 {counts.updated:,}，未变 {counts.unchanged:,}"
        en = f"  {layer}: stored {counts.stored:,}, corrected {counts.updated:,}, unchanged {counts.unchanged:,}"
        lines.append(to.say(zh, en))
    return lines


def _area_line(report: ImportReport, to: _Text) -> list[str]:
    if report.area_before_m2 == 0 and report.area_after_m2 == 0:
        return []
    before, after = (f"{shown(area, 2)} m²" for area in (report.area_before_m2, report.area_after_m2))
    mu = shown(mu_of_m2(report.area_after_m2), 2)
    return [
        "  " + to.say(f"面积   文件 {before}，入库 {after}（{mu} 亩）", f"area   file {before}, kept {after} ({mu} 亩)")
    ]


def _repair_line(repair: Repair, to: _Text) -> str:
    row = to.say(f"第 {repair.place.row} 行", f"row {repair.place.row}")
    areas = f"{shown(repair.area_before_m2, 2)} → {shown(repair.area_after_m2, 2)} m²"
    return f"{row}  {repair.key}  {repair.done.of(to.language)}  {areas}"


def _refusal_line(refusal: Refusal, to: _Text) -> str:
    row = to.say(f"第 {refusal.place.row} 行", f"row {refusal.place.row}")
    found = refusal.found if len(refusal.found) <= 80 else refusal.found[:80] + "…"
    zh, en = (f"“{found}”", f"'{found}'") if found else (BLANK.zh, BLANK.en)
    wanted = refusal.expected
    said = to.say(
        f"实际{zh}，应为：{wanted.zh.removeprefix('应为').removeprefix('：')}",
        f"found {en}, expected: {wanted.en.removeprefix('expected ')}",
    )
    return f"{row}  {refusal.place.column or ''}  {said}"
