"""
Where things lie in the sample county: a hand-drawn sketch, in kilometres east and north of ORIGIN_M.

Invented. The valley runs from the north-east to the south-west through the seat, the mountains are in the south.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.model import Level, Utility, UtilityStatus

Km = tuple[float, float]

ORIGIN_M = (560_000.0, 4_080_000.0)

SEAT: Km = (21.6, 20.0)

RIVER: tuple[Km, ...] = ((31.0, 36.0), (29.6, 33.0), (26.6, 29.8), (23.4, 27.6), (20.9, 24.6))
RIVER += ((18.6, 22.4), (14.6, 20.4), (11.0, 18.9), (7.4, 17.6), (4.0, 16.4))

# Railway and trunk road: nothing is stored of it, streets and fields follow its direction.
CORRIDOR: tuple[Km, ...] = (
    (44.0, 32.0),
    (36.0, 27.2),
    (29.0, 23.2),
    (22.5, 19.9),
    (16.0, 17.6),
    (9.0, 16.0),
    (4.0, 15.4),
)

EXPRESSWAY: tuple[Km, ...] = ((5.2, 14.0), (8.6, 15.7), (13.3, 16.75), (17.0, 15.9), (21.0, 14.6), (25.5, 14.9))
EXPRESSWAY += ((30.0, 16.9), (35.0, 18.3), (39.5, 18.1), (46.0, 18.6))
EXPRESSWAY_WIDTH_M = 42.0

WATER_SOURCE: Km = (31.2, 13.6)


@dataclass(frozen=True, slots=True)
class TownSeat:
    """A town's seat; ``pull`` above 1 draws the invented boundary outwards; ``street_deg`` is how its streets lie."""

    code: str
    at: Km
    pull: float
    street_deg: float

    @property
    def is_street(self) -> bool:
        """One of the small sub-districts (街道) of the seat."""
        return self.pull < 0.5


TOWN_SEATS: tuple[TownSeat, ...] = (
    TownSeat("140781001", (21.7, 21.3), 0.40, 27.0),
    TownSeat("140781002", (20.3, 20.3), 0.40, 24.0),
    TownSeat("140781003", (23.0, 19.5), 0.40, 27.0),
    TownSeat("140781004", (21.3, 18.7), 0.40, 24.0),
    TownSeat("140781005", (23.2, 21.2), 0.40, 27.0),
    TownSeat("140781100", (22.4, 27.0), 1.05, 40.0),
    TownSeat("140781101", (35.6, 29.0), 1.25, 31.0),
    TownSeat("140781102", (37.0, 20.6), 1.15, 8.0),
    TownSeat("140781103", (30.2, 18.6), 0.90, 18.0),
    TownSeat("140781104", (19.8, 10.9), 0.95, -12.0),
    TownSeat("140781105", (27.4, 11.6), 1.15, -6.0),
    TownSeat("140781106", (10.6, 17.0), 1.05, 14.0),
    TownSeat("140781200", (18.6, 16.6), 0.75, 20.0),
    TownSeat("140781201", (27.6, 22.4), 0.80, 30.0),
)


@dataclass(frozen=True, slots=True)
class ParkSketch:
    """A park: centre, size and turn of its street grid, and the corner blocks left out of it."""

    key: str
    name: str
    level: Level
    town: str
    at: Km
    size_km: Km
    turn_deg: float
    grid: tuple[int, int]
    left_out: tuple[tuple[int, int], ...]
    industries: str
    chemicals: bool
    utilities: str  # one letter an item of Utility, in order: D done, B being built, N none
    factory_m2: tuple[float, float]

    def utility(self, item: Utility) -> UtilityStatus:
        """How far one utility is."""
        letters = {"D": UtilityStatus.DONE, "B": UtilityStatus.BUILDING, "N": UtilityStatus.NONE}
        return letters[self.utilities[list(Utility).index(item)]]


PARKS: tuple[ParkSketch, ...] = (
    ParkSketch(
        "PK1",
        "示例·汾河北岸经济技术开发区",
        Level.NATIONAL,
        "140781100",
        (26.9, 26.0),
        (3.3, 2.0),
        31.0,
        (7, 5),
        ((0, 4), (1, 4), (6, 0)),
        "装备制造、新能源、电子信息",
        False,
        "DDDDDDDD",
        (186_000.0, 152_000.0),
    ),
    ParkSketch(
        "PK2",
        "示例·义棠循环经济产业园（化工园区）",
        Level.PROVINCIAL,
        "140781106",
        (14.6, 18.3),
        (2.5, 1.5),
        19.0,
        (5, 4),
        ((4, 3), (0, 0)),
        "精细化工、新材料、固废综合利用",
        True,
        "DDDDDBBB",
        (64_000.0, 41_000.0),
    ),
    ParkSketch(
        "PK3",
        "示例·张兰智能制造产业园",
        Level.MUNICIPAL,
        "140781101",
        (35.4, 27.4),
        (2.1, 1.3),
        31.0,
        (5, 3),
        ((0, 2),),
        "装备制造、仓储物流",
        False,
        "DDBDDBNB",
        (52_000.0, 23_000.0),
    ),
    ParkSketch(
        "PK4",
        "示例·连福农产品加工园",
        Level.COUNTY,
        "140781102",
        (36.2, 20.2),
        (1.5, 0.95),
        8.0,
        (4, 3),
        ((3, 2),),
        "农副食品加工、冷链物流",
        False,
        "DDBDDNNB",
        (28_000.0, 17_500.0),
    ),
    ParkSketch(
        "PK5",
        "示例·绵山镇小微企业园",
        Level.TOWNSHIP,
        "140781105",
        (26.2, 12.8),
        (0.85, 0.6),
        -6.0,
        (3, 2),
        ((2, 1),),
        "陶瓷工艺、旅游商品",
        False,
        "DDNDBNNN",
        (9_600.0, 4_100.0),
    ),
)


@dataclass(frozen=True, slots=True)
class LineSketch:
    """A road or pipeline to be built: its course and the width of its right of way."""

    key: str
    course: tuple[Km, ...]
    width_m: float
    plot_m: float  # how long a listed piece of land along it usually is


LINES: tuple[LineSketch, ...] = (
    LineSketch("EXPRESSWAY", EXPRESSWAY, EXPRESSWAY_WIDTH_M, 75.0),
    LineSketch("ROAD1", ((20.35, 25.3), (22.6, 28.2), (24.6, 29.5)), 30.0, 60.0),
    LineSketch("ROAD2", ((24.3, 19.2), (24.9, 18.0), (25.2, 16.6), (25.3, 15.3)), 26.0, 50.0),
    LineSketch("ROAD3", ((26.3, 12.2), (26.9, 10.9), (26.3, 9.6), (27.0, 8.4), (27.4, 7.3)), 12.0, 90.0),
    LineSketch("PIPE1", ((32.5, 15.0), (33.1, 16.2), (33.8, 17.2)), 10.0, 120.0),
    LineSketch("PIPE2", ((29.4, 27.9), (31.4, 28.6), (33.3, 29.5)), 10.0, 110.0),
)
