"""A plan of a tour as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gis.words import Words

Record = Mapping[str, Any]


def tour_text(plan: Record, language: str) -> str:
    """
    The plan (as gis.tours.itinerary writes it for JSON) in lines: each route, what is left out, what is broken.

    Drives by straight lines are marked 估算.
    """
    return "\n".join(words.of(language) for words in _lines(plan))


def _lines(plan: Record) -> Iterator[Words]:
    if plan["estimated"]:
        yield Words(
            "没有路网：车程为估算（直线 × 1.35，40 公里/时）",
            "no roads: drives are estimated (straight × 1.35, 40 km/h)",
        )
    for day in plan["days"]:
        yield from _route(day, Words("（估算）", " (estimated)") if plan["estimated"] else Words("", ""))
    minutes, value = plan["minutes"], f"{plan['value']:g}"
    stops = sum(len(day["stops"]) for day in plan["days"])
    yield Words(f"共 {stops} 个点，{minutes} 分钟，价值 {value}", f"{stops} sites, {minutes} min, value {value}")
    for kind, name in (("breaches", Words("不符", "broken")), ("clashes", Words("冲突", "clash")), ("nearest", _RELAX)):
        for each in plan[kind]:
            said = Words(**(each["words"] if kind == "breaches" else each))
            yield Words(f"{name.zh}：{said.zh}", f"{name.en}: {said.en}")
    yield Words(f"未安排 {len(plan['left_out'])} 个", f"{len(plan['left_out'])} left out")
    for each in plan["left_out"]:
        yield Words(f"  {each['name']}：{each['why']['zh']}", f"  {each['name']}: {each['why']['en']}")


_RELAX = Words("最小让步", "the least that would have to give way")


def _route(day: Record, mark: Words) -> Iterator[Words]:
    yield Words(f"{day['date']}  {day['coach']} 号车", f"{day['date']}  coach {day['coach']}")
    yield _line(day["depart"], "", Words(f"出发 {day['start']['name']}", f"leave {day['start']['name']}"))
    lunch = day["lunch"]
    for i, stop in enumerate(day["stops"]):
        if lunch and lunch["after"] == i:
            yield _lunch(lunch)
        drive = stop["drive_min"]
        name = f"{stop['name']}（{stop['town_name']}）"
        zh, en = f"车程 {drive} 分{mark.zh}", f"{drive} min's drive{mark.en}"
        yield _line(stop["arrive"], stop["leave"], Words(f"{name}  {zh}", f"{name}  {en}"))
    if lunch and lunch["after"] == len(day["stops"]):
        yield _lunch(lunch)
    drive, end = day["back_drive_min"], day["end"]["name"]
    yield _line(day["back"], "", Words(f"到达 {end}  车程 {drive} 分{mark.zh}", f"at {end}  {drive} min{mark.en}"))


def _lunch(lunch: Record) -> Words:
    place = lunch["place"]["name"]
    return _line(lunch["begin"], lunch["leave"], Words(f"午餐（{place}）", f"lunch ({place})"))


def _line(begins: str, ends: str, words: Words) -> Words:
    hours = f"  {begins}–{ends}" if ends else f"  {begins}      "
    return Words(f"{hours}  {words.zh}", f"{hours}  {words.en}")
