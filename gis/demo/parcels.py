"""Parcels and their events: attributes as a land bureau keeps them, all invented."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.demo.listing import Listing, overlapping
from gis.demo.requisition import (
    DATA_ON,
    RULES,
    Batch,
    batch_dates,
    parcel_dates,
    path_of,
    usual_days,
    worked_on_or_before,
)
from gis.demo.scenarios import Share, shares_of
from gis.model import AreaBasis, EventKind, HoldReason, OwnerKind, Stage
from gis.units import mu_of_m2

Row = dict[str, Any]
SCHEME, EDITION = "用地用海", "2023"
# 国土空间用地用海分类 2023: what village land is before requisition, and how often.
_FIELDS = {"0103": 0.46, "0102": 0.27, "0201": 0.07, "0301": 0.06, "0703": 0.09, "060102": 0.05}
_FIELD_CLASSES = tuple(_FIELDS)
_FIELD_SHARES = tuple(accumulate(_FIELDS.values()))
# What a building site is classed as, by the first letter of its industry.
_BUILT = {"C": "1001", "D": "1303", "G": "1202", "I": "0802", "K": "0701", "H": "0901", "L": "0901"}
_BUILT |= {"N": "1302", "P": "0804", "Q": "0806", "R": "0803", "A": "0601"}
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_VILLAGE_FIRST, _VILLAGE_LAST = "东西南北上下前后", "庄堡村坡沟营"
_PRICE_WAN_PER_MU = 4.6
_HOUSE_WAN = 17.5
_DOCUMENTS = {
    Stage.PRE_NOTICE: "示例征预公告",
    Stage.PLAN_NOTICE: "示例征补公告",
    Stage.SUBMITTED: "示例自然资报",
    Stage.APPROVED: "示例政地",
    Stage.SUPPLIED: "示例供地",
}
# A batch is submitted and approved as one; its parcels are signed for and cleared one by one.
_OF_THE_WHOLE_BATCH = (Stage.SUBMITTED, Stage.APPROVED)
_PAID = {Stage.AGREEMENT: (0.1, 0.5), Stage.SUBMITTED: (0.7, 1.0), Stage.APPROVED: (0.95, 1.0)}


@dataclass
class LandBook:
    """The rows written so far; numbers run through each town."""

    town_names: dict[str, str]
    rng: np.random.Generator
    parcels: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=dict)
    _batches: int = 0

    def number(self, town: str) -> str:
        """The next parcel number of a town."""
        self._last[town] = self._last.get(town, 0) + 1
        return f"{town}-{self._last[town]:04d}"

    def batch_number(self) -> int:
        """The next batch."""
        self._batches += 1
        return self._batches


def write_listing(book: LandBook, listing: Listing, towns: tuple[str, ...]) -> None:
    """All parcels of a listing into the book, with their events."""
    rng = book.rng
    shapes = list(listing.polygons)
    if len(shapes) > 11 and "expressway" not in listing.land and rng.random() < 0.07:
        which = int(rng.integers(0, len(shapes)))
        shapes[which] = overlapping(shapes[which], 9.0)
    village = f"示例{rng.choice(list(_VILLAGE_FIRST))}{rng.choice(list(_VILLAGE_LAST))}"
    for share in shares_of(listing, towns, rng):
        serial = book.batch_number()
        common = batch_dates(share.batch, rng)
        held = _held_members(listing, share, rng)
        for member in share.members:
            lags = rng.random() < share.batch.lag and share.batch.target not in _OF_THE_WHOLE_BATCH
            steps = parcel_dates(share.batch, common, rng, lags=lags)
            row = _parcel(listing, share.batch, shapes[member], towns[member], steps, rng)
            number = book.number(towns[member])
            row |= {"parcel_no": number, "village": village, "unit": f"示例{book.town_names[towns[member]]}人民政府"}
            row |= _papers(serial, steps) | _of_whom(listing)
            book.parcels.append(row)
            book.events += [_step(number, serial, stage, day) for stage, day in steps]
            book.events += _holds(number, steps, rng, holds=member in held)


def _of_whom(listing: Listing) -> Row:
    """For whom the land is: what other tables are made by, and no column of the parcel's."""
    return {
        "_project": listing.part.code if listing.part else None,
        "_of_line": listing.site is None and listing.part is not None,
    }


def _held_members(listing: Listing, share: Share, rng: np.random.Generator) -> set[int]:
    """Which parcels are held now: some of a project's that is played as held, and now and then one of a reserve."""
    ready = share.batch.target.rank >= RULES.ready_stage.rank
    if ready or not share.members:
        return set()
    if "held" in listing.land or "expressway" in listing.land:
        return set(rng.choice(share.members, size=min(3, len(share.members)), replace=False).tolist())
    if listing.part is None and share.batch.target.rank >= Stage.SURVEY.rank and rng.random() < 0.12:
        return {int(rng.choice(share.members))}
    return set()


def _step(number: str, serial: int, stage: Stage, day: date) -> Row:
    row: Row = {"parcel_no": number, "kind": str(EventKind.STAGE), "stage": str(stage), "on_date": day}
    if stage in _DOCUMENTS:
        row["document"] = f"{_DOCUMENTS[stage]}〔{day.year}〕{serial}号"
    return row


def _holds(number: str, steps: list[tuple[Stage, date]], rng: np.random.Generator, *, holds: bool) -> list[Row]:
    """A hold that lasts, or now and then one that was settled before the next step."""
    reason = list(HoldReason)[int(rng.integers(0, len(HoldReason)))]
    if holds:
        last = steps[-1][1] if steps else DATA_ON - timedelta(days=40)
        day = min(last + timedelta(days=int(rng.integers(3, 20))), DATA_ON)
        tried = min(day + timedelta(days=9), DATA_ON)
        effort = {
            "parcel_no": number,
            "kind": str(EventKind.EFFORT),
            "on_date": tried,
            "note": "示例：镇村两级上门调解一次",
        }
        return [_hold(number, EventKind.HOLD, reason, day, f"示例：{reason.words.zh}，正在协调"), effort]
    if len(steps) >= 5 and rng.random() < 0.012:
        begun, ended = steps[2][1] + timedelta(days=2), steps[3][1] - timedelta(days=1)
        if ended > begun:
            return [
                _hold(number, EventKind.HOLD, reason, begun, "示例：村民反映面积有误"),
                _hold(number, EventKind.RELEASE, reason, ended, "示例：复测后确认"),
            ]
    return []


def _hold(number: str, kind: EventKind, reason: HoldReason, day: date, note: str) -> Row:
    return {"parcel_no": number, "kind": str(kind), "hold_reason": str(reason), "on_date": day, "note": note}


def _papers(serial: int, steps: list[tuple[Stage, date]]) -> Row:
    """Batch and document number, once there are any."""
    dates = dict(steps)
    papers: Row = {}
    if Stage.SUBMITTED in dates:
        papers["batch"] = f"{dates[Stage.SUBMITTED].year}年度第{serial}批次（示例）"
    if Stage.APPROVED in dates:
        papers["document_no"] = f"示例政地〔{dates[Stage.APPROVED].year}〕{serial}号"
    return papers


def _parcel(
    listing: Listing,
    batch: Batch,
    shape: Polygon,
    town: str,
    steps: list[tuple[Stage, date]],
    rng: np.random.Generator,
) -> Row:
    part = listing.part
    stage = steps[-1][0] if steps else Stage.NOT_STARTED
    row: Row = {
        "geometry": MultiPolygon([shape]),
        "name": f"{part.name}地块" if part else "示例储备地块",
        "town": town,
        "owner_kind": str(batch.owner),
        "supply_kind": str(batch.supply),
        "land_class_scheme": SCHEME,
        "land_class_edition": EDITION,
        "land_class_code": _land_class(listing, batch, rng),
        "person": f"示例{_STEMS[int(rng.integers(10))]}{_BRANCHES[int(rng.integers(12))]}",
    }
    return row | _declared(shape, rng) | _compensation(row, shape, stage, rng) | _planned(listing, batch, steps, rng)


def _land_class(listing: Listing, batch: Batch, rng: np.random.Generator) -> str:
    if batch.owner is OwnerKind.STATE and listing.part is not None:
        return _BUILT[listing.part.industry[0]]
    return _FIELD_CLASSES[bisect(_FIELD_SHARES, rng.random() * _FIELD_SHARES[-1])]


def _declared(shape: Polygon, rng: np.random.Generator) -> Row:
    """The area on paper: the planar one to a tenth of a square metre; one in forty is some percent off."""
    wrong = 1.0 + (rng.uniform(-0.05, 0.05) if rng.random() < 0.025 else 0.0)
    basis = AreaBasis.PLANAR if rng.random() < 0.92 else AreaBasis.UNKNOWN
    return {"declared_area_m2": round(shape.area * wrong, 1), "declared_basis": str(basis)}


def _compensation(row: Row, shape: Polygon, stage: Stage, rng: np.random.Generator) -> Row:
    if row["owner_kind"] == OwnerKind.STATE:
        return {"households": 0, "buildings": 0}
    mu = mu_of_m2(shape.area)
    buildings = int(rng.integers(1, 2 + int(mu))) if row["land_class_code"] == "0703" else 0
    due = round(mu * _PRICE_WAN_PER_MU + buildings * _HOUSE_WAN, 2)
    low, high = _PAID.get(stage, (1.0, 1.0) if stage.rank > Stage.APPROVED.rank else (0.0, 0.0))
    paid = round(due * float(rng.uniform(low, high)), 2)
    households = max(1, buildings, round(mu / float(rng.uniform(1.5, 4.0))))
    return {
        "households": households,
        "buildings": buildings,
        "compensation_due_wan": due,
        "compensation_paid_wan": paid,
    }


def _planned(listing: Listing, batch: Batch, steps: list[tuple[Stage, date]], rng: np.random.Generator) -> Row:
    """
    A date for each step: near the real one for those done, after today by usual durations for those to come.

    Land without a project that has not begun has no dates. Land played as overdue should have taken its
    next step weeks ago.
    """
    if not steps and listing.part is None:
        return {}
    done = dict(steps)
    row: Row = {}
    day = max(steps[-1][1], DATA_ON) if steps else DATA_ON
    usual = usual_days(batch.owner)
    reached = steps[-1][0] if steps else Stage.NOT_STARTED
    for stage in path_of(batch.owner):
        if stage in done:
            row[f"planned_{stage}_on"] = done[stage] + timedelta(days=int(rng.integers(-6, 9)))
        else:
            day += timedelta(days=max(8, usual.get(reached, 20)))
            row[f"planned_{stage}_on"] = day
            reached = stage
    if "overdue" in listing.land and rng.random() < 0.5:
        _make_overdue(row, done, batch, rng)
    return row


def _make_overdue(row: Row, done: dict[Stage, date], batch: Batch, rng: np.random.Generator) -> None:
    waiting = [s for s in path_of(batch.owner) if s not in done]
    if waiting:
        row[f"planned_{waiting[0]}_on"] = worked_on_or_before(DATA_ON - timedelta(days=int(rng.integers(8, 40))))


def towns_of(polygons: Sequence[BaseGeometry], towns: dict[str, MultiPolygon]) -> tuple[str, ...]:
    """The town in which the middle of each polygon lies (the nearest one for what reaches over the border)."""
    codes = list(towns)
    tree = shapely.STRtree(list(towns.values()))
    middles = shapely.point_on_surface(np.array(polygons))
    pairs = tree.query_nearest(middles, all_matches=False)
    return tuple(codes[i] for i in pairs[1].tolist())
