"""The declarations: every layer coherent in itself and with the layers it points to."""

from __future__ import annotations

import pytest

from gis.layers import ENTITIES, LAYERS, LEDGERS, PARCEL, PROJECT, Layer
from gis.model import Stage
from gis.units import UNITS_BY_DIMENSION

ALL = pytest.mark.parametrize("layer", list(LAYERS.values()), ids=lambda layer: layer.name)


@ALL
def test_names_and_keys_are_sound(layer: Layer) -> None:
    assert len(set(layer.names)) == len(layer.names)
    assert all(name.isidentifier() and name.islower() for name in (layer.name, *layer.names))
    assert set(layer.key) <= set(layer.names)
    assert layer.kind == ("entity" if layer in ENTITIES else "ledger")


@ALL
def test_no_two_columns_of_a_layer_answer_to_one_header(layer: Layer) -> None:
    """A header that could mean two columns would be matched to the wrong one without a word."""
    owner: dict[str, str] = {}
    for column in layer.columns:
        for header in {header.casefold() for header in column.headers}:
            assert owner.setdefault(header, column.name) == column.name, f"{header}: {owner[header]} and {column.name}"


@ALL
def test_references_point_to_entities_by_their_key(layer: Layer) -> None:
    for column in layer.columns:
        if column.references is not None:
            assert LAYERS[column.references] in ENTITIES
            assert len(LAYERS[column.references].key) == 1
        else:
            assert not column.must_exist


@ALL
def test_dimensions_have_units_and_fit_their_type(layer: Layer) -> None:
    for column in layer.columns:
        assert column.dimension is None or column.dimension in UNITS_BY_DIMENSION
        assert (column.type == "money") == (column.dimension == "money")
        assert column.codes is None or column.type == "text"


@pytest.mark.parametrize("layer", list(ENTITIES), ids=lambda layer: layer.name)
def test_an_entity_has_one_required_text_key_and_a_geometry(layer: Layer) -> None:
    (key,) = layer.key
    column = layer.column(key)
    assert (column.type, column.required, column.derived) == ("text", True, False)
    assert layer.geometry is not None


@pytest.mark.parametrize("layer", list(LEDGERS), ids=lambda layer: layer.name)
def test_a_ledger_has_no_geometry(layer: Layer) -> None:
    assert layer.geometry is None


def test_a_column_is_found_by_name() -> None:
    assert {"total_wan", "总投资", "计划总投资"} <= set(PROJECT.column("total_wan").headers)
    with pytest.raises(KeyError, match="project has no column colour"):
        PROJECT.column("colour")


def test_every_step_of_requisition_may_have_a_planned_date() -> None:
    planned = [name for name in PARCEL.names if name.startswith("planned_")]
    assert planned == [f"planned_{stage.value}_on" for stage in Stage if stage is not Stage.NOT_STARTED]


def test_what_the_store_derives_is_what_events_and_geometry_say() -> None:
    derived = {layer.name: [c.name for c in layer.columns if c.derived] for layer in LAYERS.values()}
    assert {name: columns for name, columns in derived.items() if columns} == {
        "project": ["stage", "stage_on"],
        "parcel": ["area_planar_m2", "area_ellipsoid_m2", "stage", "stage_on", "hold_reason", "held_since"],
    }
