"""What a plan breaks, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gis.model import ProjectCategory
from gis.tours.assembly import Board
from gis.tours.spec import clock_text
from gis.tours.timing import Breach
from gis.words import Words


def breach_words(board: Board, breach: Breach, towns: Mapping[str, str]) -> Words:
    """One breach as a sentence."""
    return _SAID[breach.kind](_Case(board, breach, towns))


def rule_words(board: Board, key: str, towns: Mapping[str, str]) -> Words:
    """What the rule of this key asks for (``by:key`` of a limit, ``stay:town``)."""
    by, _, name = key.partition(":")
    if by == "stay":
        most = next(rule.most for rule in board.problem.stays if rule.key == key)
        town = towns.get(name, name)
        return Words(
            f"{town}停留（含上下车）不超过 {most} 分钟", f"at most {most} minutes in {town}, getting off and on counted"
        )
    rule = next(rule for rule in board.problem.counts if rule.key == key)
    where = group_words(key, towns)
    asked = [Words(f"至少 {rule.at_least} 个", f"at least {rule.at_least}")] if rule.at_least else []
    if rule.at_most is not None:
        asked.append(Words(f"至多 {rule.at_most} 个", f"at most {rule.at_most}"))
    zh, en = "、".join(each.zh for each in asked), " and ".join(each.en for each in asked)
    return Words(f"{where.zh}{zh}", f"{en} of {where.en}")


def group_words(key: str, towns: Mapping[str, str]) -> Words:
    """The town, park, industry or category that a rule's key (``by:key``) is of."""
    by, _, name = key.partition(":")
    if by == "category":
        return ProjectCategory(name).words
    named = towns.get(name, name) if by == "town" else name
    return Words(named, named)


class _Case:
    """A breach with the names around it."""

    def __init__(self, board: Board, breach: Breach, towns: Mapping[str, str]) -> None:
        self.breach = breach
        self.site = "" if breach.site is None else board.sites[breach.site].name
        self.rule = rule_words(board, breach.key, towns) if breach.key else Words("", "")
        self.by = breach.by
        self.closes = "" if breach.shift is None else clock_text(board.problem.shifts[breach.shift].closes)
        lunch = None if breach.shift is None else board.problem.shifts[breach.shift].lunch
        self.lunch = "" if lunch is None else "–".join(clock_text(moment) for moment in lunch.window)


_SAID: Mapping[str, Callable[[_Case], Words]] = {
    "window": lambda c: Words(
        f"{c.site}：不在开放时段内（差 {c.by} 分钟）", f"{c.site}: outside its hours by {c.by} min"
    ),
    "closes": lambda c: Words(f"比 {c.closes} 晚 {c.by} 分钟到终点", f"at its end {c.by} min after {c.closes}"),
    "lunch": lambda c: Words(f"午餐不能在 {c.lunch} 开始", f"lunch cannot begin within {c.lunch}"),
    "count_low": lambda c: Words(f"{c.rule.zh}：少 {c.by} 个", f"{c.rule.en}: {c.by} too few"),
    "count_high": lambda c: Words(f"{c.rule.zh}：多 {c.by} 个", f"{c.rule.en}: {c.by} too many"),
    "stay": lambda c: Words(f"{c.rule.zh}：超 {c.by} 分钟", f"{c.rule.en}: {c.by} min too long"),
    "must": lambda c: Words(f"{c.site}：必看而未安排", f"{c.site}: must be seen and is not"),
    "twice": lambda c: Words(f"{c.site}：安排了不止一次", f"{c.site}: visited more than once"),
    "shift": lambda c: Words(
        f"{c.site}：不能安排在这一天或这辆车", f"{c.site}: not to be seen on this day or by this coach"
    ),
}
