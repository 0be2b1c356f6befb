"""Wishes that clash or cost something, and what giving way would mean, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gis.tours.assembly import Board
from gis.tours.breach_words import group_words, rule_words
from gis.tours.clashes import Clash, Relaxation
from gis.tours.explain import LeftOut
from gis.tours.spec import clock_text
from gis.tours.wishes import Wish
from gis.words import Words, join

Towns = Mapping[str, str]


def wish_words(board: Board, wish: Wish, towns: Towns) -> Words:
    """One wish: a must-see, a limit, lunch or the hours of a route."""
    if wish.kind == "must":
        name = _site(board, wish.key)
        return Words(f"必看 {name}", f"{name} must be seen")
    if wish.kind in ("lunch", "hours"):
        return _of_shift(board, wish)
    if wish.kind == "stay":
        return rule_words(board, wish.key, towns)
    rule = next(rule for rule in board.problem.counts if rule.key == wish.key)
    where = group_words(wish.key, towns)
    if wish.kind == "least":
        return Words(f"{where.zh}至少 {rule.at_least} 个", f"at least {rule.at_least} of {where.en}")
    return Words(f"{where.zh}至多 {rule.at_most} 个", f"at most {rule.at_most} of {where.en}")


def clash_words(board: Board, clash: Clash, towns: Towns) -> Words:
    """Which wishes cannot be met together, and whether that is proved."""
    wishes = join((wish_words(board, wish, towns) for wish in clash.wishes), "、", ", ")
    if clash.is_proved:
        return Words(f"不能同时满足：{wishes.zh}", f"cannot be met together: {wishes.en}")
    return Words(f"未能找到同时满足的方案：{wishes.zh}", f"no plan was found that meets together: {wishes.en}")


def nearest_words(board: Board, clash: Clash, towns: Towns) -> Iterator[Words]:
    """Each way out: one wish that gives way as little as is needed, or several together."""
    for way in clash.relaxations:
        yield _relaxed(board, way, towns)
    if clash.together:
        wishes = join((wish_words(board, wish, towns) for wish in clash.together), "、", ", ")
        yield Words(f"同时放弃：{wishes.zh}", f"give up together: {wishes.en}")


def left_out_words(board: Board, out: LeftOut, towns: Towns) -> Words:
    """What it would take to visit a site that a plan leaves out."""
    return join(_out_parts(board, out, towns))


def _out_parts(board: Board, out: LeftOut, towns: Towns) -> Iterator[Words]:
    if out.over is None:
        yield Words("没有一天、一辆车可以安排", "no day and no coach may visit it")
    elif out.over:
        yield Words(f"再看它要超 {out.over} 分钟", f"{out.over} min too long with it")
    for key in out.rules:
        rule = rule_words(board, key, towns)
        yield Words(f"已到上限：{rule.zh}", f"at its limit: {rule.en}")
    if out.swap:
        names = "、".join(board.sites[site].name for site in out.swap)
        yield Words(f"可换下 {names}", f"could take the place of {names}")
    value = board.sites[out.site].value
    if out.over == 0 and not out.rules and value > 0:
        yield Words(f"排得下：直接加入多得 {value:g}", f"it fits: {value:g} more with it")
    elif out.over == 0 and not out.rules:
        yield Words("时间上排得下，但增加行程而不增加价值", "there is time for it, but it adds way and no value")


def _relaxed(board: Board, way: Relaxation, towns: Towns) -> Words:
    wish = way.wish
    if wish.kind == "hours" and wish.shift is not None:
        route = _route(board, wish.shift)
        until = clock_text(board.problem.shifts[wish.shift].closes + way.by)
        return Words(f"{route.zh}延长 {way.by} 分钟（到 {until}）", f"{route.en} {way.by} min longer (until {until})")
    if wish.kind == "least":
        rule = next(rule for rule in board.problem.counts if rule.key == wish.key)
        where, left = group_words(wish.key, towns), rule.at_least - way.by
        return Words(f"{where.zh}改为至少 {left} 个", f"at least {left} of {where.en} instead")
    words = wish_words(board, wish, towns)
    return Words(f"放弃：{words.zh}", f"give up: {words.en}")


def _of_shift(board: Board, wish: Wish) -> Words:
    assert wish.shift is not None  # noqa: S101 (lunch and hours are of a shift)
    route, shift = _route(board, wish.shift), board.problem.shifts[wish.shift]
    if wish.kind == "hours":
        until = clock_text(shift.closes)
        return Words(f"{route.zh}须在 {until} 前结束", f"{route.en} ends by {until}")
    return Words(f"{route.zh}的午餐", f"lunch of {route.en}")


def _route(board: Board, shift: int) -> Words:
    day, coach = board.day_of(shift).on, board.problem.shifts[shift].coach + 1
    if board.spec.routes == 1:
        return Words(f"{day:%m月%d日}", f"{day}")
    return Words(f"{day:%m月%d日} {coach} 号车", f"{day}, coach {coach}")


def _site(board: Board, code: str) -> str:
    return next(site.name for site in board.sites if site.code == code)
