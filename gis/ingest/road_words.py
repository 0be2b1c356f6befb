"""What road layers of bureaus and of OpenStreetMap's distributors write for a road's class and direction."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gis.ingest.road_tags import Reason
from gis.model import RoadClass, RoadDirection, half_width
from gis.rules.road_speeds import osm_classes
from gis.words import Words

CLASSES_EXPECTED = Words(
    "高速、国道、省道、县道、乡道、村道，一级至四级公路，主干路、次干路、支路，或 OSM 的 highway/fclass 代码",
    "高速, 国道, 省道, 县道, 乡道, 村道, 一级 … 四级, 主干路, 次干路, 支路, or codes of OSM's highway or fclass",
)
DIRECTIONS_EXPECTED = Words(
    "双向/单向/逆向、是/否、F/T/B、0/1/-1", "双向/单向/逆向, 是/否, F/T/B, 0/1/-1 (1 and F: along the line)"
)

# By administration (GB/T 917 letters G S X Y C), by technical class (JTG B01), by rank in a city (CJJ 37).
_CLASSES: Mapping[str, RoadClass] = {
    **dict.fromkeys(("高速", "高速公路"), RoadClass.MOTORWAY),
    **dict.fromkeys(("国道", "g", "一级", "一级公路", "快速路", "城市快速路"), RoadClass.TRUNK),
    **dict.fromkeys(("省道", "s", "二级", "二级公路", "主干道", "主干路"), RoadClass.PRIMARY),
    **dict.fromkeys(("县道", "x", "三级", "三级公路", "次干道", "次干路"), RoadClass.SECONDARY),
    **dict.fromkeys(("乡道", "y", "四级", "四级公路", "支路", "专用公路", "z"), RoadClass.TERTIARY),
    **dict.fromkeys(("村道", "c", "等外", "等外公路", "农村公路", "unknown"), RoadClass.UNCLASSIFIED),
    **dict.fromkeys(("街巷", "小区道路"), RoadClass.RESIDENTIAL),
    **dict.fromkeys(("内部道路", "厂区道路", "园区道路"), RoadClass.SERVICE),
    **dict.fromkeys(("机耕路", "田间道", "生产路", "track_grade1"), RoadClass.TRACK),
}
# Numbers that Geofabrik's layers have beside ``fclass``.
_CODES: Mapping[str, str] = {
    **{"5111": "motorway", "5112": "trunk", "5113": "primary", "5114": "secondary", "5115": "tertiary"},
    **{"5121": "unclassified", "5122": "residential", "5123": "living_street", "5124": "pedestrian"},
    **{"5131": "motorway_link", "5132": "trunk_link", "5133": "primary_link", "5134": "secondary_link"},
    **{"5135": "tertiary_link", "5141": "service", "5142": "track", "5143": "track_grade1", "5144": "track_grade2"},
    **{"5145": "track_grade3", "5146": "track_grade4", "5147": "track_grade5", "5151": "bridleway"},
    **{"5152": "cycleway", "5153": "footway", "5154": "path", "5155": "steps", "5199": "unknown"},
}
_NOT_FOR_VEHICLES = frozenset(
    ("pedestrian", "footway", "cycleway", "path", "steps", "bridleway", "busway", "construction", "proposed",
     "corridor", "elevator", "platform", "raceway", "track_grade2", "track_grade3", "track_grade4", "track_grade5",
     "人行道", "步道", "步行道", "自行车道", "在建", "规划", "铁路")
)  # fmt: skip
_BOTH = frozenset(("", "b", "0", "no", "n", "false", "否", "双向", "双向通行", "双行", "非单行"))
_FORWARD = frozenset(("f", "ft", "1", "yes", "y", "true", "是", "单向", "单行", "单向通行", "单行道", "顺向", "正向"))
_BACKWARD = frozenset(("t", "tf", "-1", "reverse", "逆向", "反向"))


def _plain(text: str) -> str:
    """A cell as it is compared: half-width, lower case, no blanks, ``1.0`` as ``1``."""
    return re.sub(r"\.0$", "", re.sub(r"\s+", "", half_width(text)).casefold())


def class_of(text: str) -> tuple[RoadClass, bool] | Reason | None:
    """The class and whether it is a slip road; "class" for what is no road for vehicles; None where unknown."""
    plain = _plain(text)
    plain = _CODES.get(plain, plain)
    if plain in _NOT_FOR_VEHICLES:
        return "class"
    is_link = plain.endswith("_link") or plain == "匝道"
    found = _CLASSES.get(plain) or osm_classes().get(plain) or _own_words(text)
    return None if found is None else (found, is_link)


def _own_words(text: str) -> RoadClass | None:
    """As the product itself exports it."""
    return next((each for each in RoadClass if text.strip() in (each.words.zh, each.words.en)), None)


def direction_of_word(text: str) -> RoadDirection | None:
    """Which way; both where the cell is blank, None where the word is unknown."""
    plain = _plain(text)
    for words, direction in (
        (_BOTH, RoadDirection.BOTH),
        (_FORWARD, RoadDirection.FORWARD),
        (_BACKWARD, RoadDirection.BACKWARD),
    ):
        if plain in words:
            return direction
    told = (each for each in RoadDirection if plain in (each.value, each.words.zh, _plain(each.words.en)))
    return next(told, None)
