"""Wishes that clash or cost something, and what giving way would mean, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from gis.tours.assembly import Board
from gis.tours.breach_words import group_words, rule_words
from gis.tours.clashes import Clash, Relaxation
from gis.tours.explain import LeftOut
from gis.tours.spec import clock_text
from gis.tours.wishes import Wish, room_before_meeting
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


def later_words(board: Board, shift: int, by: int) -> Words:
    """A route that is back later: its meeting is moved where it is in the way, and the day's end where that is."""
    route, own, day = _route(board, shift), board.problem.shifts[shift], board.day_of(shift)
    back, until = own.closes + by, own.closes - day.closes_min + day.until_min
    at, parts = clock_text(back), []
    if own.meets is not None and (later := back - own.meets) > 0:
        # Of all its coaches.
        route = _day(day.on)
        parts.append(Words(f"会议推迟 {later} 分钟（到 {at}）", f": the meeting {later} min later (at {at})"))
    if back > until:
        parts.append(Words(f"延长 {back - until} 分钟（到 {at}）", f" {back - until} min longer (until {at})"))
    told = join(parts, "，", ",")
    return Words(f"{route.zh}{told.zh}", f"{route.en}{told.en}")


def earlier_words(board: Board, shift: int, by: int) -> Words:
    """A route that begins earlier."""
    route, at = _route(board, shift), clock_text(board.problem.shifts[shift].opens - by)
    return Words(f"{route.zh}提前 {by} 分钟出发（{at}）", f"{route.en} leaves {by} min earlier (at {at})")


def longer_words(board: Board, shift: int, by: int) -> Words:
    """A route that lasts longer without moving its meeting."""
    route, room = _route(board, shift), room_before_meeting(board.problem.shifts[shift], by)
    if room == by:
        return Words(f"{route.zh}多 {by} 分钟", f"{route.en}: {by} min more")
    sooner = earlier_words(board, shift, by - room)
    return join([sooner, later_words(board, shift, room)] if room else [sooner])


def _relaxed(board: Board, way: Relaxation, towns: Towns) -> Words:
    wish = way.wish
    if wish.kind == "hours" and wish.shift is not None:
        return (earlier_words if way.is_earlier else later_words)(board, wish.shift, way.by)
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
        if shift.closes == shift.meets:
            return Words(f"{route.zh} {until} 会议前须到", f"{route.en} is there by the meeting at {until}")
        return Words(f"{route.zh}须在 {until} 前结束", f"{route.en} ends by {until}")
    return Words(f"{route.zh}的午餐", f"lunch of {route.en}")


def _route(board: Board, shift: int) -> Words:
    day, coach = board.day_of(shift).on, board.problem.shifts[shift].coach + 1
    if board.spec.routes == 1:
        return _day(day)
    return Words(f"{_day(day).zh} {coach} 号车", f"{day}, coach {coach}")


def _day(on: date) -> Words:
    return Words(f"{on.month}月{on.day}日", f"{on}")


def _site(board: Board, code: str) -> str:
    return next(site.name for site in board.sites if site.code == code)
