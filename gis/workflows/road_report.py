"""What became of a file of roads: the report of ``import_roads``, as JSON and as a text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np

from gis.crs import lonlat_of
from gis.ingest.roads import LEFT_OUT, RoadTable
from gis.ingest.table import Refusal
from gis.model import RoadClass
from gis.rules.road_speeds import RoadProfile
from gis.store.port import PutResult
from gis.tours.connected import Connected
from gis.words import Words

PIECES_KEPT = 50
LISTED = 10
# Where less of the roads' length hangs together, something is wrong with the file.
MUCH = 0.8
_WHY_NOT = {
    "conditional": Words("按时段或条件", "with a condition"),
    "kind": Words("未知种类", "of an unknown kind"),
    "via_way": Words("经由路段（非结点）", "by a way, not a node"),
    "via_nodes": Words("经由多个结点", "by several nodes"),
    "members": Words("成员不全", "without all its members"),
    "ambiguous": Words("指不明是哪一段", "does not say which stretch it means"),
}


@dataclass(frozen=True, slots=True)
class ApartPiece:
    """Roads that were left out because one cannot come in and out: how many, where (degrees), what they are called."""

    roads: int
    metres: float
    lon: float
    lat: float
    names: tuple[str, ...]
    touches: bool

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {
            "roads": self.roads,
            "metres": round(self.metres, 1),
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
            "names": list(self.names),
            "touches": self.touches,
        }


@dataclass(frozen=True)
class RoadImportReport:
    """
    What became of a file of roads.

    ``read``: ways or rows for roads. ``left_out``: reason → ways or stretches left out (``LEFT_OUT`` has its words).
    ``stored + updated + unchanged``: stretches now in the store; ``retired``: those that the file has no more.
    ``pieces``: the longest of those that do not hang together with the rest, ``pieces_in_all`` their number.
    """

    file: str
    sha256: str
    profile: str
    crs: str
    crs_evidence: Words
    read: int
    roads: int
    metres: float
    classes: Mapping[str, int]
    left_out: Mapping[str, int]
    turns: Mapping[str, Any]
    missing_nodes: int
    pieces: tuple[ApartPiece, ...]
    pieces_in_all: int
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[Words, ...] = ()
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    dry_run: bool = False
    seconds: float = field(default=0.0, compare=False)

    @property
    def refused_rows(self) -> int:
        """Rows of a road layer that could not be read; ways that do not suit the vehicle are not among them."""
        return len({refusal.place.row for refusal in self.refused})

    def with_outcome(self, put: PutResult, retired: int, *, seconds: float) -> RoadImportReport:
        """The same with what the store did."""
        stored, updated, unchanged = (put.count("stored"), put.count("updated"), put.count("unchanged"))
        done = replace(self, stored=stored, updated=updated, unchanged=unchanged)
        return replace(done, retired=retired, seconds=seconds)

    def as_dry_run(self) -> RoadImportReport:
        """The same, of an import that stored nothing."""
        return replace(self, dry_run=True)

    def as_dict(self) -> dict[str, Any]:
        """The report whole, as ``--json`` prints it and the import log keeps it."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "layer": "road",
            "profile": self.profile,
            "crs": self.crs,
            "crs_evidence": self.crs_evidence.as_dict(),
            "read": self.read,
            "roads": self.roads,
            "metres": round(self.metres, 1),
            "classes": dict(self.classes),
            "stored": self.stored,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "retired_roads": self.retired,
            "refused_rows": self.refused_rows,
            "refused": [refusal.as_dict() for refusal in self.refused],
            "left_out": dict(self.left_out),
            "turns": dict(self.turns),
            "missing_nodes": self.missing_nodes,
            "pieces": [piece.as_dict() for piece in self.pieces],
            "pieces_in_all": self.pieces_in_all,
            "warnings": [words.as_dict() for words in self.warnings],
            "dry_run": self.dry_run,
            "seconds": round(self.seconds, 3),
        }

    def as_text(self, language: str = "zh") -> str:
        """The report for people; long lists end after ten (the JSON has more)."""
        return "\n".join(words.of(language) for words in self._lines())

    def _lines(self) -> list[Words]:
        lines = [*self._head(), *self._left_out(), *self._turns(), *self._pieces()]
        lines += [Words(f"  警告：{words.zh}", f"  warning: {words.en}") for words in self.warnings]
        return lines + [_refusal_line(refusal) for refusal in self.refused[:LISTED]]

    def _head(self) -> list[Words]:
        dry = Words("（试运行，未入库）", " (dry run: nothing was stored)") if self.dry_run else Words("", "")
        vehicle, km = RoadProfile.named(self.profile).words, self.metres / 1000
        kinds_zh = "，".join(f"{RoadClass(c).words.zh} {n:,}" for c, n in self.classes.items())
        kinds_en = ", ".join(f"{RoadClass(c).words.en} {n:,}" for c, n in self.classes.items())
        return [
            Words(
                f"导入 {self.file} → 道路（{vehicle.zh}）{dry.zh}",
                f"Import of {self.file} → roads ({vehicle.en}){dry.en}",
            ),
            Words(f"  坐标系   {self.crs}：{self.crs_evidence.zh}", f"  CRS      {self.crs}: {self.crs_evidence.en}"),
            Words(
                f"  读入 {self.read:,}  路段 {self.roads:,}（{km:,.1f} 公里）  新增 {self.stored:,}  "
                f"更新 {self.updated:,}  未变 {self.unchanged:,}  停用 {self.retired:,}  拒绝 {self.refused_rows:,}",
                f"  read {self.read:,}  stretches {self.roads:,} ({km:,.1f} km)  stored {self.stored:,}  "
                f"updated {self.updated:,}  unchanged {self.unchanged:,}  retired {self.retired:,}  "
                f"refused {self.refused_rows:,}",
            ),
            Words(f"  等级     {kinds_zh}", f"  classes  {kinds_en}"),
        ]

    def _left_out(self) -> list[Words]:
        lines = [
            Words(f"  未取 {count:,}：{LEFT_OUT[reason].zh}", f"  left out {count:,}: {LEFT_OUT[reason].en}")
            for reason, count in self.left_out.items()
        ]
        if self.missing_nodes:
            zh = f"  结点缺失 {self.missing_nodes:,} 个（数据裁切处），道路在此断开"
            en = f"  {self.missing_nodes:,} nodes are missing (where the extract was cut): the roads end there"
            lines.append(Words(zh, en))
        return lines

    def _turns(self) -> list[Words]:
        listed: Sequence[Mapping[str, str]] = self.turns["not_modelled"]
        if not self.turns["kept"] and not listed:
            return []
        zh, en = f"  转向限制 {self.turns['kept']:,} 条", f"  turn restrictions: {self.turns['kept']:,}"
        lines = [Words(zh, en)]
        if listed:
            zh = f"  未能表达的转向限制 {len(listed):,} 条："
            lines.append(Words(zh, f"  turn restrictions not modelled: {len(listed):,}"))
        for each in listed[:LISTED]:
            why = _WHY_NOT[each["why"]]
            lines.append(
                Words(f"    {each['id']} {each['kind']}：{why.zh}", f"    {each['id']} {each['kind']}: {why.en}")
            )
        return lines

    def _pieces(self) -> list[Words]:
        lines = []
        if self.pieces:
            zh, en = (
                f"  不连通的部分 {self.pieces_in_all:,} 处：",
                f"  parts that do not hang together: {self.pieces_in_all:,}",
            )
            lines.append(Words(zh, en))
        for piece in self.pieces[:LISTED]:
            names, at = "、".join(piece.names) or "—", f"({piece.lon:.5f}, {piece.lat:.5f})"
            zh = f"    {piece.roads:,} 段 {piece.metres:,.0f} 米，{at} {names}"
            lines.append(Words(zh, f"    {piece.roads:,} stretches, {piece.metres:,.0f} m, {at} {names}"))
        return lines


def _refusal_line(refusal: Refusal) -> Words:
    row, column, wanted = refusal.place.row, refusal.place.column or "", refusal.expected
    return Words(
        f"  拒绝：第 {row} 行 {column} 实际“{refusal.found}”，应为：{wanted.zh}",
        f"  refused: row {row} {column} found '{refusal.found}', expected: {wanted.en}",
    )


def road_report(
    table: RoadTable, connected: Connected, kept: gpd.GeoDataFrame, crs: str, profile: str
) -> RoadImportReport:
    """The report before anything is stored. ``kept``: the roads to be stored, in ``crs``."""
    apart = int((~connected.main).sum())
    share = float(kept["length_m"].sum() / table.frame["length_m"].sum())
    counted = kept["road_class"].value_counts()
    return RoadImportReport(
        file=table.source.name,
        sha256=table.source.sha256,
        profile=profile,
        crs=table.crs,
        crs_evidence=table.crs_evidence,
        read=table.read,
        roads=len(kept),
        metres=float(kept["length_m"].sum()),
        classes={each.value: int(counted[each.value]) for each in RoadClass if each.value in counted},
        left_out={**table.left_out, **({"apart": apart} if apart else {})},
        turns=table.turns.as_dict(),
        missing_nodes=table.missing_nodes,
        pieces=_pieces(connected, crs),
        pieces_in_all=len(connected.pieces),
        refused=table.refused,
        warnings=(*table.warnings, *(() if share >= MUCH else (_little(share),))),
    )


def _little(share: float) -> Words:
    return Words(
        f"只有 {share:.0%} 的道路长度互相连通，其余未取：请检查路口是否相接、方向是否正确",
        f"only {share:.0%} of the roads' length hangs together, the rest was left out: "
        "look at where lines meet, and at the directions",
    )


def _pieces(connected: Connected, crs: str) -> tuple[ApartPiece, ...]:
    shown = connected.pieces[:PIECES_KEPT]
    if not shown:
        return ()
    places = lonlat_of(np.array([piece.at for piece in shown]), crs).tolist()
    return tuple(
        ApartPiece(p.roads, p.metres, lon, lat, p.names, p.touches) for p, (lon, lat) in zip(shown, places, strict=True)
    )
