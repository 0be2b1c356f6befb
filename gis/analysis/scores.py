"""
What the ballots of a tour come to: each project's score and rank, and the ranking of towns (打分评议).

A ballot gives a project a mark on every criterion of the sheet, or leaves the project out. Its score of the project is
on a scale of 100 whatever the criteria's largest marks are: 100 × Σ weight · mark / largest ÷ Σ weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from math import floor, isfinite
from typing import Any

from gis.errors import GuatuError, InvalidParameter, Place
from gis.words import Words

SCALE = 100
MOST_CRITERIA, MOST_SITES, LONGEST_NAME = 12, 400, 40
LARGEST_MARK, LARGEST_WEIGHT, MOST_DROPPED = 1_000, 1_000, 50
LONGEST_SHOWN = 80
# A mark is written with at most one digit after the point: 92.5.
MARK_STEPS = 10
# Beyond a share of a half from each end nothing would be left.
LARGEST_SHARE = 0.49
# Scores that differ by less are equal, as wherever the house ranks (gis.analysis.totals).
EQUAL_PLACES = 9

Ballot = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is marked, from 0 to ``most``; ``weight`` counts against the weights of the others."""

    name: str
    weight: float = 1.0
    most: float = 100.0


@dataclass(frozen=True, slots=True)
class Trim:
    """
    What the trimmed mean leaves out: so many ballots from each end, or (``share``) so large a part of them.

    Of n ballots of a project k fall away at the top and k at the bottom: k = ``count`` + ⌊``share`` · n⌋, but never so
    many that none is left: k ≤ (n − 1) / 2, rounded down. Neither given: a plain mean.
    """

    count: int = 0
    share: float = 0.0

    def dropped(self, n: int) -> int:
        """k for ``n`` ballots."""
        # 0.1 of 10 is 1, though the double that stands for 0.1 is a little more or less.
        wanted = self.count + floor(Fraction(str(self.share)) * n)
        return max(min(wanted, (n - 1) // 2), 0)


@dataclass(frozen=True, slots=True)
class ScoredSite:
    """
    A project on the sheet, as it was called when the scoring was opened, and on which route it is visited.

    ``label``: what its stop is called there, B3.
    """

    code: str
    name: str
    town: str
    town_name: str
    date: str = ""
    coach: int = 1
    label: str = ""


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """The criteria, the projects in the order of their visits, and what the mean leaves out."""

    criteria: tuple[Criterion, ...]
    sites: tuple[ScoredSite, ...]
    trim: Trim = Trim()

    def __post_init__(self) -> None:
        """Raise InvalidParameter with all that is wrong."""
        if problems := [*_wrong_criteria(self.criteria), *_wrong_trim(self.trim), *_wrong_sites(self.sites)]:
            raise InvalidParameter.several(problems, Words("评分表有误", "the score sheet is wrong"))

    def score(self, marks: Sequence[float]) -> Fraction:
        """A ballot's score of one project, 0 … 100."""
        parts = (
            _exact(criterion.weight) * _exact(mark) / _exact(criterion.most)
            for criterion, mark in zip(self.criteria, marks, strict=True)
        )
        return SCALE * sum(parts, Fraction(0)) / sum((_exact(c.weight) for c in self.criteria), Fraction(0))

    def checked(self, marks: Mapping[str, Any]) -> dict[str, list[float]]:
        """
        A ballot that fits the sheet: project → a mark for each criterion, in their order; at least one project.
        ``marks``: as somebody sent them, whatever they are.

        Raises
        ------
        InvalidParameter
            Everything that is wrong, each with the project and the criterion: a project that is not on the sheet, a
            mark too few or too many, out of range, or with more than one digit after the point.
        """
        if problems := list(self._wrong_marks(marks)):
            raise InvalidParameter.several(problems, Words("评分有误", "the marks are wrong"))
        return {site.code: [float(m) for m in marks[site.code]] for site in self.sites if site.code in marks}

    def _wrong_marks(self, marks: Mapping[str, Any]) -> Iterable[GuatuError]:
        if not 1 <= len(marks) <= len(self.sites):
            words = Words("没有给任何项目打分，或项目过多", "no project has a mark, or too many have")
            yield _wrong("marks", str(len(marks)), f"1 … {len(self.sites)}", words)
            return
        known = {site.code: site for site in self.sites}
        for code, given in marks.items():
            if code not in known:
                words = Words("不在评分表上的项目", "a project that is not on the sheet")
                yield _wrong(f"marks.{code}"[:LONGEST_SHOWN], code[:LONGEST_SHOWN], "", words)
            elif not isinstance(given, list | tuple) or len(given) != len(self.criteria):
                words = Words(
                    f"“{known[code].name}”须逐项打分，或整个不打",
                    f"'{known[code].name}' needs a mark on every criterion, or on none",
                )
                found = str(len(given)) if isinstance(given, list | tuple) else type(given).__name__
                yield _wrong(f"marks.{code}", found, str(len(self.criteria)), words)
            else:
                yield from self._out_of_range(known[code], given)

    def _out_of_range(self, site: ScoredSite, given: Sequence[Any]) -> Iterable[GuatuError]:
        for criterion, mark in zip(self.criteria, given, strict=True):
            if not _is_mark(mark, criterion.most):
                words = Words(
                    f"“{site.name}”的“{criterion.name}”须为 0–{criterion.most:g}，最多一位小数",
                    f"'{criterion.name}' of '{site.name}' is 0–{criterion.most:g}, with one decimal at most",
                )
                yield _wrong(f"marks.{site.code}", f"{mark!r:.{LONGEST_SHOWN}}", f"0 … {criterion.most:g}", words)


@dataclass(frozen=True, slots=True)
class ProjectScore:
    """
    What the ballots say of one project.

    ``ballots`` gave it marks, ``counted`` of them are in ``score`` (the trimmed mean, 0 … 100; None without a ballot)
    and in ``marks``, the mean mark on each criterion: 100 × Σ weight · mark / largest ÷ Σ weight of these is ``score``
    again. ``mean``: of all ballots, nothing left out. ``rank``: 1 is the best; equal scores share a rank and the next
    rank is left out (1, 1, 3).
    """

    site: ScoredSite
    ballots: int
    counted: int
    score: float | None
    mean: float | None
    marks: tuple[float, ...] = ()
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class TownScore:
    """A town: the plain mean of the scores of its projects that have one (None: none has), and its rank among towns."""

    town: str
    name: str
    projects: int
    score: float | None
    rank: int | None = None


def score_projects(sheet: ScoreSheet, ballots: Sequence[Ballot]) -> tuple[ProjectScore, ...]:
    """Each project's score, in the order of the sheet. The order of the ballots does not matter."""
    found = [_project(sheet, site, [b[site.code] for b in ballots if site.code in b]) for site in sheet.sites]
    ranks = ranks_of([each.score for each in found])
    return tuple(_ranked(each, rank) for each, rank in zip(found, ranks, strict=True))


def score_towns(projects: Sequence[ProjectScore]) -> tuple[TownScore, ...]:
    """The towns of these projects, the best first; those without a score last."""
    towns = list(dict.fromkeys((each.site.town, each.site.town_name) for each in projects))
    found = [_town(town, name, [p.score for p in projects if p.site.town == town]) for town, name in towns]
    ranks = ranks_of([each.score for each in found])
    ranked = [_ranked(each, rank) for each, rank in zip(found, ranks, strict=True)]
    return tuple(sorted(ranked, key=lambda each: (each.rank is None, each.rank or 0, each.town)))


def ranks_of(scores: Sequence[float | None]) -> list[int | None]:
    """Competition ranks from the greatest score; None has no rank."""
    near = [None if score is None else round(score, EQUAL_PLACES) for score in scores]
    return [None if n is None else 1 + sum(1 for other in near if other is not None and other > n) for n in near]


def sheet_as_dict(sheet: ScoreSheet) -> dict[str, Any]:
    """As JSON carries it and a store keeps it."""
    return {
        "criteria": [_as_dict(each) for each in sheet.criteria],
        "sites": [_as_dict(each) for each in sheet.sites],
        "trim": _as_dict(sheet.trim),
    }


def sheet_from_dict(said: Mapping[str, Any]) -> ScoreSheet:
    """A sheet as ``sheet_as_dict`` wrote it."""
    return ScoreSheet(
        criteria=tuple(Criterion(**each) for each in said["criteria"]),
        sites=tuple(ScoredSite(**each) for each in said["sites"]),
        trim=Trim(**said["trim"]),
    )


def _project(sheet: ScoreSheet, site: ScoredSite, given: Sequence[Sequence[float]]) -> ProjectScore:
    if not given:
        return ProjectScore(site, 0, 0, None, None)
    # Equal scores of different marks: which of them falls away must not hang on the order of the ballots.
    scored = sorted((sheet.score(marks), tuple(marks)) for marks in given)
    cut = sheet.trim.dropped(len(scored))
    kept = scored[cut : len(scored) - cut]
    means = (_mean(_exact(marks[place]) for _, marks in kept) for place in range(len(sheet.criteria)))
    return ProjectScore(
        site=site,
        ballots=len(scored),
        counted=len(kept),
        score=float(_mean(score for score, _ in kept)),
        mean=float(_mean(score for score, _ in scored)),
        marks=tuple(map(float, means)),
    )


def _town(town: str, name: str, scores: Sequence[float | None]) -> TownScore:
    known = [_exact(score) for score in scores if score is not None]
    return TownScore(town, name, len(known), float(_mean(known)) if known else None)


def _ranked(each: Any, rank: int | None) -> Any:
    return type(each)(**{f.name: getattr(each, f.name) for f in fields(each)} | {"rank": rank})


def _mean(values: Iterable[Fraction]) -> Fraction:
    """Exact, so that the order of the values does not matter and the mean lies between them."""
    known = list(values)
    return sum(known, Fraction(0)) / len(known)


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def _is_mark(mark: Any, most: float) -> bool:
    """A number from 0 to ``most`` with one digit after the point at most; whatever else JSON can hold is none."""
    if not isinstance(mark, int | float) or isinstance(mark, bool) or not 0 <= mark <= most:
        return False
    return (_exact(mark) * MARK_STEPS).denominator == 1


def _as_dict(value: Any) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _wrong_criteria(criteria: Sequence[Criterion]) -> Iterable[GuatuError]:
    if not 1 <= len(criteria) <= MOST_CRITERIA:
        yield _wrong(
            "criteria", str(len(criteria)), f"1 … {MOST_CRITERIA}", Words("评分项数目不对", "how many criteria")
        )
    names: set[str] = set()
    for n, criterion in enumerate(criteria, start=1):
        name = criterion.name.strip()
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            words = Words(f"第 {n} 个评分项没有名称或名称过长", f"criterion {n} has no name, or too long a one")
            yield _wrong(f"criteria[{n}].name", name, f"1–{LONGEST_NAME} 个字符 / characters", words)
        if name in names:
            yield _wrong(
                f"criteria[{n}].name", name, "", Words(f"评分项“{name}”重复", f"criterion '{name}' stands twice")
            )
        names.add(name)
        if not (isfinite(criterion.weight) and 0 < criterion.weight <= LARGEST_WEIGHT):
            words = Words(f"“{name}”的权重须大于 0", f"the weight of '{name}' must be over 0")
            yield _wrong(f"criteria[{n}].weight", f"{criterion.weight:g}", f"0 < … ≤ {LARGEST_WEIGHT}", words)
        if not (isfinite(criterion.most) and 1 <= criterion.most <= LARGEST_MARK):
            words = Words(f"“{name}”的满分须为 1–{LARGEST_MARK}", f"the largest mark of '{name}' is 1–{LARGEST_MARK}")
            yield _wrong(f"criteria[{n}].most", f"{criterion.most:g}", f"1 … {LARGEST_MARK}", words)


def _wrong_trim(trim: Trim) -> Iterable[GuatuError]:
    if not 0 <= trim.count <= MOST_DROPPED:
        words = Words("去掉的最高、最低分个数不对", "how many of the highest and lowest are dropped")
        yield _wrong("trim.count", str(trim.count), f"0 … {MOST_DROPPED}", words)
    if not (isfinite(trim.share) and 0 <= trim.share <= LARGEST_SHARE):
        words = Words("去掉的最高、最低分比例不对", "which share of the highest and lowest is dropped")
        yield _wrong("trim.share", f"{trim.share:g}", f"0 … {LARGEST_SHARE:g}", words)


def _wrong_sites(sites: Sequence[ScoredSite]) -> Iterable[GuatuError]:
    if not 1 <= len({site.code for site in sites}) == len(sites) <= MOST_SITES:
        words = Words("没有可以打分的项目，或项目重复", "no project to be scored, or one twice")
        yield _wrong("sites", str(len(sites)), f"1 … {MOST_SITES}", words)


def _wrong(column: str, found: str, expected: str, words: Words) -> InvalidParameter:
    return InvalidParameter(words, found=found, expected=expected, place=Place(column=column))
