"""
The scoring of a tour by its organiser: opened once, its ballots counted without a name, closed for good.

What ties a ballot to a person. A ballot (layer ``ballot``) holds the digest of a one-time code and the marks; no name,
no address, no device. Who reads the pages or the exports sees no single ballot, no time of one, and no mark before the
scoring is closed. Who reads the database itself sees, too, *when* each ballot was written (every row of the store bears
``recorded_at``, and the order of the rows tells it again), and, having kept the printed codes, *which code* it was cast
with: the digest can be made again from the code and the salt. So slips are shuffled, drawn by the members themselves
and thrown away, and the log of the web server, which knows addresses and times, is not laid beside the database. With
very few ballots a result tells them itself: that of one ballot is this ballot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from gis.analysis.scores import Criterion, ScoredSite, ScoreSheet, Trim, sheet_as_dict, sheet_from_dict
from gis.errors import InvalidParameter, NotFound, Place
from gis.layers import BALLOT, SCORING
from gis.model import Actor, ScoringState
from gis.store.port import Reader, Store
from gis.tours.itinerary import Plan, stop_labels
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.record_row import row_frame, standing_rows
from gis.workflows.scoring_codes import digest_of, new_codes, new_salt, shown_code
from gis.workflows.tour_book import read_plan, read_tour, require_planner
from gis.workflows.withdrawal_reason import withdrawal_reason


@dataclass(frozen=True, slots=True)
class Scoring:
    """A scoring as it is kept; ``digests`` of the codes that it was opened with."""

    tour_no: str
    plan_no: str
    sheet: ScoreSheet
    salt: str
    digests: frozenset[str]
    state: ScoringState
    since: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether ballots are taken."""
        return self.state is ScoringState.OPEN

    def as_row(self, **more: Any) -> pd.DataFrame:
        """The ledger's row."""
        row: Record = {
            "tour_no": self.tour_no,
            "plan_no": self.plan_no,
            "sheet": sheet_as_dict(self.sheet),
            # In the order of the digests, which tells nothing of the order of the printed slips.
            "codes": {"salt": self.salt, "digests": sorted(self.digests)},
            "state": self.state.value,
            "note": None,
            "withdrawn": False,
            **more,
        }
        return row_frame(SCORING, row)


@dataclass(frozen=True, slots=True)
class WantedSheet:
    """What the organiser sets before the scoring is opened: the criteria, and what the mean leaves out."""

    criteria: tuple[Criterion, ...]
    trim: Trim = Trim()  # noqa: RUF009  frozen


def open_scoring(
    store: Store, actor: Actor, tour_no: str, plan_no: str, wanted: WantedSheet, *, codes: int
) -> tuple[str, ...]:
    """
    Open the scoring of the sites of a plan; gives the codes, as they are printed. They cannot be told again.

    Raises
    ------
    InvalidParameter
        The sheet is wrong, there are too few or too many codes, or the tour has a scoring, open or closed.
    NotFound
        There is no such plan of this tour.
    NotAllowed
        The actor may not plan tours.
    """
    require_planner(actor)
    made = new_codes(codes)
    with store.writing(actor) as writer:
        if (there := find_scoring(writer, tour_no)) is not None:
            words = Words(
                f"本次观摩的评分{there.state.words.zh}，不能再开", f"the scoring is {there.state.words.en} already"
            )
            raise InvalidParameter(words, found=there.state.value, place=Place(column="tour_no"))
        sheet = ScoreSheet(wanted.criteria, scored_sites(writer, tour_no, plan_no), wanted.trim)
        salt = new_salt()
        digests = frozenset(digest_of(salt, code) for code in made)
        writer.append("scoring", Scoring(tour_no, plan_no, sheet, salt, digests, ScoringState.OPEN).as_row())
    return tuple(map(shown_code, made))


def close_scoring(store: Store, actor: Actor, tour_no: str) -> Record:
    """
    Lock the scoring: ``{tour_no, state, ballots}``. No ballot is taken from now on, and nothing opens it again.

    Raises InvalidParameter where it is closed already, NotFound where there is none, NotAllowed.
    """
    require_planner(actor)
    with store.writing(actor) as writer:
        found = _open(writer, tour_no)
        writer.append("scoring", replace(found, state=ScoringState.CLOSED).as_row())
        return {"tour_no": tour_no, "state": ScoringState.CLOSED.value, "ballots": len(cast_in(writer, found))}


def withdraw_scoring(store: Store, actor: Actor, tour_no: str, reason: str) -> Record:
    """
    Take an open scoring away, with a reason that stays, so that another one can be opened: the sheet was wrong, or the
    codes were lost. Its codes and the ballots cast with them count no more: ``{tour_no, ballots}`` of them.

    Raises InvalidParameter where it is closed (which is for good) or the reason is none, NotFound, NotAllowed.
    """
    require_planner(actor)
    why = withdrawal_reason(reason)
    with store.writing(actor) as writer:
        found = _open(writer, tour_no)
        writer.append("scoring", found.as_row(note=why, withdrawn=True))
        return {"tour_no": tour_no, "ballots": len(cast_in(writer, found))}


def count_ballots(reader: Reader, tour_no: str) -> Record:
    """How many ballots there are, and of how many codes: ``{tour_no, state, ballots, codes}``; raises NotFound."""
    found = read_scoring(reader, tour_no)
    ballots = len(cast_in(reader, found))
    return {"tour_no": tour_no, "state": found.state.value, "ballots": ballots, "codes": len(found.digests)}


def read_scoring(reader: Reader, tour_no: str) -> Scoring:
    """The scoring of a tour; raises NotFound."""
    found = find_scoring(reader, tour_no)
    if found is None:
        raise NotFound(Words("本次观摩没有评分", "the tour has no scoring"), found=tour_no)
    return found


def find_scoring(reader: Reader, tour_no: str) -> Scoring | None:
    """The scoring of a tour, or None."""
    rows = standing_rows(reader, SCORING, tour_no)
    if not len(rows):
        return None
    row = rows.iloc[0]
    return Scoring(
        tour_no=tour_no,
        plan_no=row["plan_no"],
        sheet=sheet_from_dict(row["sheet"]),
        salt=row["codes"]["salt"],
        digests=frozenset(row["codes"]["digests"]),
        state=ScoringState(row["state"]),
        since=row["recorded_at"].to_pydatetime(),
    )


def cast_in(reader: Reader, scoring: Scoring) -> dict[str, Record]:
    """
    What was cast with each code of this scoring, by its digest and in the digests' order: ``{marks, receipt}``.

    Ballots of a scoring that was withdrawn have digests of other salts, and are not among them.
    """
    rows = standing_rows(reader, BALLOT, scoring.tour_no)
    cast = dict(zip(rows["code_digest"].tolist(), rows["marks"].tolist(), strict=True))
    return {digest: cast[digest] for digest in sorted(cast) if digest in scoring.digests}


def scored_sites(reader: Reader, tour_no: str, plan_no: str) -> tuple[ScoredSite, ...]:
    """The sites of a plan in the order of days, coaches and stops; raises NotFound where the tour has no such plan."""
    read_tour(reader, tour_no)
    kept = read_plan(reader, plan_no)
    if kept.tour_no != tour_no:
        words = Words(f"方案 {plan_no} 不是本次观摩的", f"plan '{plan_no}' is of another tour")
        raise NotFound(words, found=plan_no, expected=tour_no)
    return _sites_of(kept.plan)


def _sites_of(plan: Plan) -> tuple[ScoredSite, ...]:
    """Coaches of different routes may stop at one site: it stands where it is visited first."""
    sites: dict[str, ScoredSite] = {}
    for day, labels in zip(plan.days, stop_labels(plan), strict=True):
        for stop, label in zip(day.stops, labels, strict=True):
            site = ScoredSite(stop.code, stop.name, stop.town, stop.town_name, day.on.isoformat(), day.coach, label)
            sites.setdefault(stop.code, site)
    return tuple(sites.values())


def _open(reader: Reader, tour_no: str) -> Scoring:
    found = read_scoring(reader, tour_no)
    if found.is_open:
        return found
    words = Words("评分已封存，不能再改", "the scoring is closed, for good")
    raise InvalidParameter(words, found=found.state.value, expected=ScoringState.OPEN.value)
