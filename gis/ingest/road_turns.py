"""
Turn restrictions of OpenStreetMap, resolved to stretches: which road may not be entered from which, at which node.

Modelled: ``no_*`` and ``only_*`` by one way, one node, one way (several ways in ``no_entry`` and ``no_exit``). Those
by ways, with conditions, or that do not say which stretch they mean are listed, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.ingest.roads import TurnsLeft
from gis.model import RoadDirection
from gis.rules.road_speeds import RoadProfile

_NO = frozenset(
    ("no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit", "no_right_turn_on_red")
)
_ONLY = frozenset(("only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn"))
Turn = dict[str, str]


@dataclass(frozen=True, slots=True)
class Restriction:
    """
    One relation: its kind ("no_left_turn"), member ways and nodes by role, and for whom it is meant.

    ``only_for``: the vehicle that it names, "" for all. ``problem``: why it cannot be modelled at all, "" where it can.
    """

    number: int
    kind: str
    from_ways: tuple[int, ...]
    via_nodes: tuple[int, ...]
    to_ways: tuple[int, ...]
    exceptions: frozenset[str] = frozenset()
    only_for: str = ""
    problem: str = ""

    def concerns(self, profile: RoadProfile) -> bool:
        """The vehicle is meant."""
        if self.only_for:
            return self.only_for in profile.access_keys
        return not (self.exceptions & profile.exceptions)


def restriction_of(number: int, tags: Mapping[str, str], members: Sequence[tuple[str, str, int]]) -> Restriction | None:
    """
    A relation as a restriction; None where it is another relation.

    ``members``: role, type ("n", "w", "r") and number of each.
    """
    if tags.get("type", "").split(":")[0] != "restriction":
        return None
    key = next((k for k in tags if k.split(":")[0] == "restriction"), "restriction")
    only_for = next((part for part in (*tags["type"].split(":")[1:], *key.split(":")[1:]) if part), "")
    kind = tags.get(key, "")
    ways = {role: tuple(ref for r, t, ref in members if r == role and t == "w") for role in ("from", "via", "to")}
    nodes = tuple(ref for role, kind_of, ref in members if role == "via" and kind_of == "n")
    problem = _problem(kind, only_for, bool(ways["via"]), bool(nodes and ways["from"] and ways["to"]))
    said = frozenset(part.strip() for part in tags.get("except", "").split(";") if part.strip())
    if only_for == "conditional":
        only_for = ""
    return Restriction(number, kind, ways["from"], nodes, ways["to"], said, only_for, problem)


def _problem(kind: str, only_for: str, by_way: bool, is_whole: bool) -> str:
    if only_for == "conditional":
        return "conditional"
    if kind not in _NO | _ONLY or kind == "no_right_turn_on_red":
        return "kind"
    if by_way:
        return "via_way"
    return "" if is_whole else "members"


def with_turns(
    frame: gpd.GeoDataFrame, restrictions: Sequence[Restriction], profile: RoadProfile
) -> tuple[gpd.GeoDataFrame, TurnsLeft]:
    """
    The roads with ``no_turn`` filled; what became of each restriction.

    Restrictions of roads that are not in the frame concern nobody.
    """
    if not restrictions:
        return frame, TurnsLeft()
    ends = _Ends.of(frame, {str(node) for r in restrictions for node in r.via_nodes})
    kept, idle, listed = 0, 0, []
    forbidden: dict[int, list[Turn]] = {}
    for each in restrictions:
        if not each.concerns(profile) or not ends.knows(each):
            idle += 1
            continue
        found = [each.problem] if each.problem else _forbid(each, ends, forbidden)
        kept += not found
        listed += [{"id": str(each.number), "kind": each.kind, "why": why} for why in found]
    return _filled(frame, forbidden), TurnsLeft(kept, idle, tuple(listed))


def _filled(frame: gpd.GeoDataFrame, forbidden: Mapping[int, list[Turn]]) -> gpd.GeoDataFrame:
    column = np.full(len(frame), None, dtype=object)
    for row, turns in forbidden.items():
        column[row] = sorted({(turn["at"], turn["to"]) for turn in turns})
        column[row] = [{"at": at, "to": to} for at, to in column[row]]
    return frame.assign(no_turn=pd.Series(column, dtype="object", index=frame.index))


@dataclass(frozen=True)
class _Ends:
    """The stretches that begin or end at the nodes of restrictions, and the ways that there are."""

    ways: frozenset[str]
    at: Mapping[str, Sequence[int]]
    numbers: Sequence[str]
    way_of: Sequence[str]
    start: Sequence[str]
    end: Sequence[str]
    direction: Sequence[str]

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, nodes: set[str]) -> _Ends:
        numbers, start, end, direction = (
            frame[name].tolist() for name in ("road_no", "from_node", "to_node", "direction")
        )
        way_of = [number.rpartition(".")[0] for number in numbers]
        at: dict[str, list[int]] = {}
        for row, pair in enumerate(zip(start, end, strict=True)):
            for node in set(pair) & nodes:
                at.setdefault(node, []).append(row)
        return cls(frozenset(way_of), at, numbers, way_of, start, end, direction)

    def knows(self, each: Restriction) -> bool:
        """A coming and a going way are among the roads, as far as they are named."""
        named = (each.from_ways, each.to_ways)
        return all(any(str(way) in self.ways for way in ways) for ways in named if ways)

    def arriving(self, node: str) -> list[int]:
        """Rows that can be driven towards the node."""
        return [row for row in self.at.get(node, ()) if self._leads(row, node, self.end, self.start)]

    def leaving(self, node: str) -> list[int]:
        """Rows that can be driven away from it."""
        return [row for row in self.at.get(node, ()) if self._leads(row, node, self.start, self.end)]

    def _leads(self, row: int, node: str, along: Sequence[str], against: Sequence[str]) -> bool:
        """``along``: the ends that a road driven along its line has at the node."""
        one_way = self.direction[row]
        return (along[row] == node and one_way != RoadDirection.BACKWARD.value) or (
            against[row] == node and one_way != RoadDirection.FORWARD.value
        )


def _forbid(each: Restriction, ends: _Ends, forbidden: dict[int, list[Turn]]) -> list[str]:
    """Write what a restriction forbids; else why it cannot be told."""
    node = str(each.via_nodes[0])
    if len(each.via_nodes) > 1:
        return ["via_nodes"]
    arriving, leaving = ends.arriving(node), ends.leaving(node)
    coming = _only_one_each(each.from_ways, arriving, ends)
    going = _only_one_each(each.to_ways, leaving, ends)
    if each.kind == "no_u_turn" and each.from_ways == each.to_ways:
        going = coming
    if coming is None or going is None:
        return ["ambiguous"]
    for row in coming:
        for other in _closed(each, set(going), leaving):
            forbidden.setdefault(row, []).append({"at": node, "to": ends.numbers[other]})
    return []


def _closed(each: Restriction, going: set[int], leaving: Sequence[int]) -> Iterator[int]:
    """``only_*`` closes every other way, that back among them."""
    yield from (row for row in leaving if (row in going) == (each.kind in _NO))


def _only_one_each(ways: Sequence[int], rows: Sequence[int], ends: _Ends) -> list[int] | None:
    """The row of each way at the node; None where a way passes through it, or does not touch it."""
    found = []
    for way in (str(way) for way in ways):
        mine = [row for row in rows if ends.way_of[row] == way]
        if len(mine) == 1:
            found += mine
        elif way in ends.ways:
            return None
    return found or None
