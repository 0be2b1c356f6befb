"""The assessment of all projects without what each hangs on: small enough to hold for a whole prefecture."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from gis.analysis.clock import time_parcels
from gis.analysis.inputs import Assessment, Inputs
from gis.analysis.kept_land import LAND_COLUMNS, cut_again, parts_of
from gis.analysis.progress import COLUMNS
from gis.analysis.project_land import LOOKED_AT, By, Kept, judge_projects, judge_projects_again
from gis.analysis.quota import Quota
from gis.rules import RuleBook

# The columns of projects that ``Kept`` takes from an overview.
PROGRESS = (*COLUMNS, "progress_reasons")
# Those that ``judge_again`` takes from one.
JUDGED_FROM = tuple(dict.fromkeys((*LOOKED_AT, *LAND_COLUMNS, "progress_reasons")))


@dataclass(frozen=True, slots=True)
class Overview:
    """
    ``on``, ``projects`` and ``conflicts`` as Assessment has them, of every project of a store.

    Its parcels (parts, blocking, overlaps) are worked out for the few projects that somebody looks at.
    """

    on: date
    projects: pd.DataFrame
    conflicts: pd.DataFrame

    def only(self, codes: Collection[str]) -> Overview:
        """Of these projects."""
        conflicts = self.conflicts[self.conflicts["project_code"].isin(codes)].reset_index(drop=True)
        return Overview(self.on, self.projects[self.projects.index.isin(codes)], conflicts)

    def kept(self, codes: Collection[str]) -> Kept:
        """The side of the assessment of these projects that parcels have no say in."""
        these = self.only(codes)
        return Kept(these.projects[list(PROGRESS)], these.conflicts)

    def with_anew(self, codes: Collection[str], anew: Overview) -> Overview:
        """This with ``anew`` in the place of the projects with these codes, which may have come or gone."""
        kept = self.projects[~self.projects.index.isin(codes)]
        conflicts = self.conflicts[~self.conflicts["project_code"].isin(codes)]
        return Overview(
            self.on,
            _joined([kept, anew.projects]).sort_index(),
            _joined([conflicts, anew.conflicts]).sort_values("project_code", kind="stable", ignore_index=True),
        )


@dataclass(frozen=True, slots=True)
class Brief:
    """An overview, and how parcels divide the land of its projects (see ``parts_of``)."""

    overview: Overview
    parts: pd.DataFrame


def assess_briefly(inputs: Inputs, kept: Kept | None = None) -> Brief:
    """The overview of the projects of ``inputs``: what ``assess`` says of them, without what each hangs on."""
    clocks = time_parcels(inputs.parcels, inputs.events, inputs.rules, inputs.on)
    judged = judge_projects(inputs, clocks, kept)
    return Brief(Overview(inputs.on, judged.projects, judged.conflicts), parts_of(judged.land.cut))


def judge_again(
    before: Overview,
    parts: pd.DataFrame,
    parcels: pd.DataFrame,
    events: pd.DataFrame,
    rules: RuleBook,
    quota: Quota | None = None,
) -> Overview:
    """
    The overview of projects of which nothing changed but the events of their parcels.

    ``before``: what it was, with JUDGED_FROM at least. ``parts``, ``parcels``: as for ``cut_again``. ``events``: those
    of the parcels, ``quota`` is as in Inputs. Of the projects' columns it has those only that parcels have a say in.
    """
    clocks = time_parcels(parcels, events, rules, before.on)
    cut = cut_again(before.projects, parts, parcels)
    by = By.of(before.on, rules, parcels, clocks, quota)
    judged = judge_projects_again(before.projects, before.conflicts, cut, by)
    return Overview(before.on, judged, before.conflicts)


def overview_of(parts: Iterable[Overview | Assessment]) -> Overview:
    """The overview of parts of one day that have no project in common; at least one."""
    sides = [(part.on, part.projects, part.conflicts) for part in parts]
    return Overview(
        sides[0][0],
        _joined([projects for _, projects, _ in sides]).sort_index(),
        _joined([conflicts for *_, conflicts in sides]).sort_values("project_code", kind="stable", ignore_index=True),
    )


def brief_of(parts: Iterable[Brief]) -> Brief:
    """The same of parts with what is kept of their land."""
    briefs = list(parts)
    return Brief(overview_of(brief.overview for brief in briefs), _joined([brief.parts for brief in briefs]))


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """All as one; an empty one has no say in the columns' types."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled) if filled else frames[-1]
