"""Lay out a tour: its candidates from the store, its places on the roads, and the whole as a problem in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.analysis.filtering import filtered
from gis.analysis.overview import Overview
from gis.errors import InvalidParameter, NotFound, Place
from gis.model import Query
from gis.store.port import Store
from gis.tours.assembly import Board, assemble, spots_of
from gis.tours.candidates import Candidate, candidates_of
from gis.tours.spec import MOST_SITES, Spot, TourSpec
from gis.tours.timetable import Known
from gis.tours.travel import Unreachable
from gis.words import Words
from gis.workflows.names import read_names
from gis.workflows.plain import Record
from gis.workflows.remember_visits import visits_of
from gis.workflows.road_travel import entrances
from gis.workflows.tour_travel import Travelled, Travels

# What a tour's answers are made of, beside the assessment.
TOUR_LAYERS = ("road", "entrance", "tour", "tour_plan", "tour_visit", "scoring", "park", "town")
_MOST_NAMED = 10
_OF_REPORTS = ("project_code", "period_end_on", "invested_wan", "image_percent")


@dataclass(frozen=True)
class LaidTour:
    """A tour laid out; ``others``: the candidates that may not be visited."""

    board: Board
    known: Known
    travelled: Travelled
    others: tuple[Candidate, ...]


@dataclass(frozen=True)
class TourGround:
    """What tours are laid out on: the store, the assessment of the day, the travels of the app."""

    store: Store
    overview: Overview
    travels: Travels

    def candidates(self, spec: TourSpec) -> tuple[Candidate, ...]:
        """
        What the tour chooses from.

        Raises
        ------
        InvalidParameter
            The filter lets more than MOST_SITES pass; a wish names a project that the store does not have.
        """
        projects = filtered(self.overview.projects, spec.candidates)
        if spec.codes:
            projects = projects[projects.index.isin(spec.codes)]
        named = [site.code for site in spec.sites if site.must]
        added = self.overview.projects.index.isin(named) & ~self.overview.projects.index.isin(projects.index)
        projects = pd.concat([projects, self.overview.projects[added]])
        self._refuse_unknown(spec)
        if len(projects) > MOST_SITES:
            words = Words("候选项目过多，请用筛选缩小范围", "too many candidates: narrow the filter")
            raise InvalidParameter(
                words, found=str(len(projects)), expected=f"≤ {MOST_SITES}", place=Place(column="candidates")
            )
        codes = tuple(projects.index.astype(str))
        stored = self.store.read("project", Query(on=self.overview.on, keys=codes, columns=("code", "geometry")))
        placed = {
            *stored[stored.geometry.notna()]["code"],
            *(key for kind, key in entrances(self.store) if kind == "project"),
        }
        reports = self.store.read("progress_report", Query(on=self.overview.on))[list(_OF_REPORTS)]
        return candidates_of(
            projects.assign(has_place=projects.index.isin(placed)),
            reports[reports["project_code"].isin(codes)],
            visits_of(self.store),
            spec,
        )

    def _refuse_unknown(self, spec: TourSpec) -> None:
        asked = [(f"codes[{i}]", code) for i, code in enumerate(spec.codes, start=1)]
        asked += [(f"sites[{i}].code", site.code) for i, site in enumerate(spec.sites, start=1)]
        known = set(self.overview.projects.index)
        wrong = [
            InvalidParameter(Words(f"没有项目“{code}”", f"no project '{code}'"), found=code, place=Place(column=column))
            for column, code in asked
            if code not in known
        ]
        if wrong:
            raise InvalidParameter.several(wrong, Words("观摩要求有误", "the tour's wishes are wrong"))

    def laid_out(self, spec: TourSpec) -> LaidTour:
        """
        The whole tour.

        Raises
        ------
        InvalidParameter
            As ``candidates``; there is none that may be visited; a place of the wishes is not in the store.
        """
        candidates = self.candidates(spec)
        sites = tuple(each for each in candidates if each.is_eligible)
        travelled = self._travelled(spec, [Spot("project", site.code) for site in sites])
        travel = travelled.travel
        known = Known(travelled.places, travel.metres, self.towns, travel.estimated)
        others = tuple(each for each in candidates if not each.is_eligible)
        board = assemble(spec, sites, self._minutes(travelled, spec), others)
        return LaidTour(board, known, travelled, others)

    def _minutes(self, travelled: Travelled, spec: TourSpec) -> NDArray[np.int64]:
        """Whole minutes; places between which turns are forbidden are told by their names."""
        try:
            # The estimate is a coach's already (RULES §7.6).
            return travelled.travel.minutes(1.0 if travelled.travel.estimated else spec.speed_factor)
        except Unreachable as problem:
            named = [(travelled.places[i].name, travelled.places[j].name) for i, j in problem.pairs[:_MOST_NAMED]]
            told = "、".join(f"{one} → {other}" for one, other in named)
            words = Words(f"这些地点之间无路可通：{told}", f"no way leads between these places: {told}")
            raise InvalidParameter(words, found=str(len(problem.pairs))) from None

    @property
    def towns(self) -> dict[str, str]:
        """Code → name."""
        return read_names(self.store, self.overview.on).towns

    def _travelled(self, spec: TourSpec, sites: list[Spot]) -> Travelled:
        try:
            return self.travels.between([*spots_of(spec), *sites])
        except NotFound as problem:
            raise InvalidParameter(
                problem.words, found=problem.found, expected="乡镇、园区或项目 / a town, park or project"
            ) from None


def list_candidates(ground: TourGround, spec: TourSpec) -> Record:
    """Every candidate with what it is worth, or why it may not be visited, as the page shows it."""
    candidates = ground.candidates(spec)
    placed = [each for each in candidates if each.reason != "no_place"]
    travelled = ground.travels.between([Spot("project", each.code) for each in placed]) if placed else None
    at = {each.code: i for i, each in enumerate(placed)}
    names = read_names(ground.store, ground.overview.on)

    def line(each: Candidate) -> Record:
        place = None if travelled is None or each.code not in at else travelled.places[at[each.code]]
        return {
            **_candidate(each),
            "town_name": names.towns.get(each.town, each.town),
            "park_name": names.parks.get(each.park, each.park),
            "lonlat": None if place is None else list(place.lonlat),
            "off_road_m": None if place is None else round(place.off_road_m, 1),
        }

    return {
        "sites": [line(each) for each in candidates],
        "all_value": round(sum(each.value for each in candidates if each.is_eligible), 3),
        "estimated": travelled is not None and travelled.travel.estimated,
        "roads": ground.travels.has_roads,
    }


def _candidate(each: Candidate) -> Record:
    names: tuple[str, ...] = ("code", "name", "town", "park", "category", "industry", "lamp", "total_wan", "share_done")
    said: dict[str, Any] = {name: getattr(each, name) for name in (*names, "value", "visit_min", "reason")}
    parts = {name: getattr(each.parts, name) for name in ("investment", "lamp", "level", "progress")}
    return {
        **said,
        "value_parts": parts,
        "flags": list(each.flags),
        "worst_flag": each.flags[0] if each.flags else None,
        "eligible": each.is_eligible,
        "why": each.why.as_dict(),
        "last_seen_on": None if each.last_seen_on is None else each.last_seen_on.isoformat(),
    }
