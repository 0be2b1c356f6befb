"""The register of each store: read, brought up to date by what changed, of past days, narrowed by drawn shapes."""

from __future__ import annotations

import threading
from datetime import date
from itertools import repeat

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, box

from gis.crs import lonlat_of
from gis.errors import InvalidParameter, StoreBusy
from gis.model import ProjectFilter, RegisterFilter, Stage
from gis.workflows import register_index
from gis.workflows.find_in_area import parcels_in_area, shape_of_area
from gis.workflows.keep_assessment import Assessor
from gis.workflows.list_register import Page, Registers, facet_register, list_register, sum_register
from gis.workflows.register_index import RegisterIndex
from tests.contract.store_samples import (
    CRS,
    EAST,
    NORTH,
    OFFICER,
    append,
    hold,
    parcels,
    projects,
    put,
    square,
    stages,
    town,
)

ON = date(2026, 6, 30)
EVERYTHING = RegisterFilter()


def nobody(_: date) -> None:
    raise AssertionError("no project is asked for")


def listed(registers: Registers, wanted: RegisterFilter = EVERYTHING, **page: object) -> list[dict]:
    registers.index.at(ON)
    return list_register(registers, nobody, ON, wanted, Page(**page))["rows"]


def numbers(registers: Registers, wanted: RegisterFilter = EVERYTHING, **page: object) -> list[str]:
    return [row["parcel_no"] for row in listed(registers, wanted, **page)]


@pytest.fixture
def registers(store) -> Registers:
    """Three parcels P0, P1, P2 side by side; P1 is held, P2 has its pre-notice."""
    put(store, "town", town())
    put(store, "parcel", parcels(3, town=["140781100"] * 3, unit=["甲", "甲", None], households=[1, 2, 3]))
    append(store, "parcel_event", hold("P1", "2026-05-01"))
    append(store, "parcel_event", stages("P2", ("pre_notice", "2026-05-10")))
    return Registers(store)


def test_every_parcel_has_its_row(registers):
    rows = listed(registers)
    assert [row["parcel_no"] for row in rows] == ["P0", "P1", "P2"]
    assert [row["stage"] for row in rows] == ["not_started", "not_started", "pre_notice"]
    assert [row["hold_reason"] for row in rows] == [None, "dispute", None]
    assert [row["area_planar_m2"] for row in rows] == pytest.approx([10_000] * 3)
    assert rows[0]["town_name"] == "义安镇"


def test_pages_follow_one_another(registers):
    assert numbers(registers, limit=2) == ["P0", "P1"]
    assert numbers(registers, offset=2, limit=2) == ["P2"]
    assert numbers(registers, offset=9, limit=2) == []
    assert numbers(registers, sort="-parcel_no", limit=2) == ["P2", "P1"]


def test_the_first_page_is_answered_before_the_register_is_read(registers):
    answer = list_register(registers, nobody, ON, EVERYTHING, Page(limit=2, versions=True))
    assert answer["partial"] is True
    assert (answer["count"], answer["all"]) == (3, 3)
    early = [{**row} for row in answer["rows"]]
    assert early == listed(registers, limit=2, versions=True)


def test_the_first_page_of_a_past_day_counts_that_days_parcels(registers, store):
    with store.writing(OFFICER) as writer:
        writer.retire("parcel", ["P0"], date(2026, 6, 10))
    early = list_register(registers, nobody, date(2026, 6, 1), EVERYTHING, Page())
    assert early["partial"] is True
    assert (early["count"], [row["parcel_no"] for row in early["rows"]]) == (3, ["P0", "P1", "P2"])
    now = list_register(registers, nobody, ON, EVERYTHING, Page())
    assert (now["count"], [row["parcel_no"] for row in now["rows"]]) == (2, ["P1", "P2"])


def test_an_event_is_followed_without_reading_all(registers, store, monkeypatch):
    assert numbers(registers, RegisterFilter(stage=(Stage.SURVEY,))) == []
    monkeypatch.setattr(register_index, "read_register", None)
    append(store, "parcel_event", stages("P2", ("survey", "2026-06-01")))
    assert numbers(registers, RegisterFilter(stage=(Stage.SURVEY,))) == ["P2"]


def test_edited_new_and_retired_parcels_are_followed(registers, store, monkeypatch):
    numbers(registers)
    monkeypatch.setattr(register_index, "read_register", None)
    with store.writing(OFFICER) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": ["P0"], "unit": ["乙"]}), on=ON)
        writer.put("parcel", parcels(1, first=7, households=[9]), on=ON)
        writer.retire("parcel", ["P1"], ON)
    assert numbers(registers) == ["P0", "P2", "P7"]
    assert numbers(registers, RegisterFilter(unit=("乙",))) == ["P0"]
    assert sum_register(registers, nobody, ON, EVERYTHING)["households"] == 1 + 3 + 9


def test_what_is_followed_is_what_is_read_anew(registers, store):
    registers.index.at(ON)
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-06-02")))
    put(store, "parcel", parcels(2, first=1, person=["赵", "钱"]), on=ON)
    followed, anew = registers.index.at(ON).register, RegisterIndex(store).at(ON).register
    every = np.arange(len(anew))
    assert followed.records(every) == anew.records(every)


def test_many_changes_or_another_rule_have_it_read_anew(registers, store, monkeypatch):
    numbers(registers)
    monkeypatch.setattr(register_index, "MOST_FOLLOWED", 1)
    put(store, "parcel", parcels(3, person=["a", "b", "c"]), on=ON)
    assert [row["person"] for row in listed(registers)] == ["a", "b", "c"]


def test_it_is_read_in_pieces(registers, monkeypatch):
    whole = listed(registers)
    monkeypatch.setattr(register_index, "PIECE", 2)
    assert listed(Registers(registers.store)) == whole


def test_a_past_day_shows_what_was_true_then(registers, store):
    put(store, "parcel", parcels(1, unit=["新单位"]), on=date(2026, 6, 20))
    past = list_register(registers, nobody, date(2026, 5, 5), RegisterFilter(held=True), Page())
    assert [row["parcel_no"] for row in past["rows"]] == ["P1"]
    before = list_register(registers, nobody, date(2026, 4, 30), RegisterFilter(held=True), Page())
    assert before["rows"] == []
    earlier = list_register(registers, nobody, date(2026, 6, 19), RegisterFilter(words="P0"), Page())
    assert earlier["rows"][0]["unit"] == "甲"
    assert listed(registers)[0]["unit"] == "新单位"


def test_only_the_last_days_are_kept(registers):
    for day in (1, 2, 3, 4):
        registers.index.at(date(2026, 6, day))
    assert [registers.index.has(date(2026, 6, day)) for day in (1, 2, 3, 4)] == [False, False, True, True]


def test_a_day_that_is_asked_for_again_is_kept_while_past_days_come_and_go(registers):
    today = registers.index.at(ON)
    for day in (1, 2):
        registers.index.at(date(2026, 6, day))
        assert registers.index.at(ON) is today


def test_a_project_that_moves_lists_other_parcels_though_as_many(registers, store):
    put(store, "project", gpd.GeoDataFrame(projects(["X1"]), geometry=[square(0)], crs=CRS))
    assessor = Assessor(store)
    wanted = RegisterFilter(projects=ProjectFilter(words="X1"))

    def found() -> list[str]:
        page = Page(sort="-parcel_no")
        answer = list_register(registers, lambda on: assessor.at(on).overview, ON, wanted, page)
        return [row["parcel_no"] for row in answer["rows"]]

    assert found() == ["P0"]
    put(store, "project", gpd.GeoDataFrame(projects(["X1"]), geometry=[square(2)], crs=CRS), on=ON)
    assert found() == ["P2"]


def written_after_the_register_is_asked(registers, monkeypatch, writes) -> None:
    """Of each of the next askers for the register, somebody writes as soon as it has its answer."""
    asked = registers.index.at

    def at(on: date):
        kept = asked(on)
        for write in writes:
            write()
            break
        return kept

    monkeypatch.setattr(registers.index, "at", at)


def test_what_is_written_while_a_projects_parcels_are_looked_for_is_found_by_the_next(registers, store, monkeypatch):
    put(store, "project", gpd.GeoDataFrame(projects(["X1"]), geometry=[square(0)], crs=CRS))
    assessor = Assessor(store)
    wanted = RegisterFilter(projects=ProjectFilter(words="X1"))

    def units() -> list[str]:
        answer = list_register(registers, lambda on: assessor.at(on).overview, ON, wanted, Page())
        return [row["unit"] for row in answer["rows"]]

    registers.index.at(ON)
    writes = iter([lambda: put(store, "parcel", parcels(1, unit=["乙"]), on=ON)])
    written_after_the_register_is_asked(registers, monkeypatch, writes)
    units()
    assert units() == ["乙"]


def test_versions_are_not_sent_with_rows_that_they_may_not_belong_to(registers, store, monkeypatch):
    registers.index.at(ON)
    names = iter("赵钱孙李周吴郑王")
    writes = repeat(lambda: put(store, "parcel", parcels(1, person=[next(names)]), on=ON))
    written_after_the_register_is_asked(registers, monkeypatch, writes)
    with pytest.raises(StoreBusy):
        list_register(registers, nobody, ON, EVERYTHING, Page(versions=True))
    assert list_register(registers, nobody, ON, EVERYTHING, Page())["count"] == 3


def test_who_comes_while_it_is_read_is_told_to_come_back(registers, monkeypatch):
    began, goes_on, read = threading.Event(), threading.Event(), register_index.read_register

    def slowly(*given):
        began.set()
        goes_on.wait(30)
        return read(*given)

    monkeypatch.setattr(register_index, "read_register", slowly)
    index = RegisterIndex(registers.store, patience_seconds=0.01)
    reader = threading.Thread(target=index.at, args=(ON,))
    reader.start()
    began.wait(30)
    with pytest.raises(StoreBusy):
        index.at(ON)
    goes_on.set()
    reader.join()
    assert len(index.at(ON).register) == 3


def test_a_version_comes_with_each_row_that_may_be_edited(registers, store):
    put(store, "parcel", parcels(1, person=["李"]), on=ON)
    assert [row["version"] for row in listed(registers, versions=True)] == [2, 1, 1]
    assert all("version" not in row for row in listed(registers))


def test_columns_may_be_chosen(registers):
    assert listed(registers, limit=1, columns=("parcel_no", "stage")) == [{"parcel_no": "P0", "stage": "not_started"}]
    with pytest.raises(InvalidParameter):
        Page(columns=("geometry",))


def test_choices_name_the_towns(registers):
    found = facet_register(registers, nobody, ON, EVERYTHING)
    assert found["town"] == [{"code": "140781100", "n": 3, "name": "义安镇"}]
    assert found["unit"] == [{"code": "甲", "n": 2}, {"code": "none", "n": 1}]
    assert found["held"] == [{"code": "true", "n": 1}, {"code": "false", "n": 2}]


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Degrees of a place so many metres from the grid's corner."""
    ((lon, lat),) = lonlat_of(np.array([[EAST + x, NORTH + y]]), CRS)
    return float(lon), float(lat)


def rectangle(west: float, south: float, east: float, north: float) -> str:
    (w, s), (e, n) = lonlat(west, south), lonlat(east, north)
    return f"rect:{w:.7f},{s:.7f},{e:.7f},{n:.7f}"


def test_a_drawn_shape_lists_what_it_meets(registers):
    # P0 is 0–100 m east, P1 100–200 m, P2 200–300 m.
    (lon, lat), corners = lonlat(150, 50), [lonlat(10, 10), lonlat(90, 10), lonlat(50, 90)]
    polygon = "polygon:" + ",".join(f"{x:.7f} {y:.7f}" for x, y in corners)
    assert numbers(registers, RegisterFilter(area=polygon)) == ["P0"]
    assert numbers(registers, RegisterFilter(area=f"circle:{lon:.7f},{lat:.7f},40")) == ["P1"]
    assert numbers(registers, RegisterFilter(area=f"circle:{lon:.7f},{lat:.7f},60")) == ["P0", "P1", "P2"]
    assert numbers(registers, RegisterFilter(area=rectangle(110, 10, 290, 90))) == ["P1", "P2"]
    assert numbers(registers, RegisterFilter(area=rectangle(110, 10, 290, 90), held=True)) == ["P1"]
    assert numbers(registers, RegisterFilter(area=rectangle(900, 10, 990, 90))) == []


def test_a_common_border_is_no_meeting(store):
    put(store, "parcel", parcels(2))
    shape = MultiPolygon([square(1)])
    assert box(*shape.bounds).touches(square(0))
    assert parcels_in_area(store, rectangle(100.01, 0.01, 199.99, 99.99), ON) == {"P1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rect:1,2,3",
        "rect:1,2,3,nan",
        "rect:112,37,112,37",
        "star:1,2",
        "polygon:112 37,113 37",
        "polygon:112 37,113 38,113 37,112 38",
        "polygon:" + ",".join(["112 37"] * 201),
        "circle:112,37,0",
        "circle:112,37,1e9",
        "circle:112,97,10",
        "circle:inf,37,10",
        "polygon:112 37 1,113 37,113 38",
    ],
)
def test_a_shape_that_is_none_is_refused(text):
    with pytest.raises(InvalidParameter):
        shape_of_area(text, CRS)
