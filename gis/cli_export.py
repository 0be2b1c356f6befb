"""``guatu export``: what the register lists, as a file."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import click

from gis.cli_store import opened
from gis.errors import InvalidParameter, Place
from gis.model import DBF_ENCODINGS, HoldReason, RegisterFilter, Stage
from gis.terminal import Day, language, say
from gis.words import Words

_TEXTS = ("words", "blocking", "area")
_YES_NO = {"true": True, "false": False}
_CODES: dict[str, type[Stage] | type[HoldReason]] = {"stage": Stage, "hold_reason": HoldReason}
# The filter of projects is the wall map's: its conditions come with an address.
_NAMES = tuple(field.name for field in fields(RegisterFilter) if field.name != "projects")


@click.group()
def export() -> None:
    """Hand out what the store holds as files."""


@export.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only parcels with this value; may be repeated. NAME is one of the register's filter: "
    + ", ".join(_NAMES)
    + ". The same NAME again is an alternative, another one narrows; none: not stated.",
)
@click.option("--on", type=Day(), help="As of this day (default: today; a sample's own day).")
@click.option("--sort", default="", metavar="COLUMN", help="Sorted by this column, -COLUMN from the greatest.")
@click.option(
    "--encoding", type=click.Choice(DBF_ENCODINGS), default=DBF_ENCODINGS[0], show_default=True, help="Of a Shapefile."
)
@click.pass_context
def parcels(ctx: click.Context, /, file: Path, conditions: tuple[str, ...], on: date | None, **how: Any) -> None:
    """Write parcels to FILE: .txt (boundary points), .shp, .zip (Shapefile), .gpkg, .geojson or .xlsx."""
    from gis.workflows.assess_store import default_day
    from gis.workflows.export_parcels import ParcelExport, export_parcels
    from gis.workflows.keep_assessment import Assessor
    from gis.workflows.list_register import Registers

    wanted = filter_of(conditions)
    with opened(ctx) as store:
        registers, assessor = Registers(store), Assessor(store)
        asked = ParcelExport(on or default_day(store), wanted, language=language(), **how)
        told = export_parcels(registers, lambda day: assessor.at(day).overview, asked, file)
    for words in told:
        click.echo(say(words), err=True)
    click.echo(say(Words(f"已写出 {file}", f"wrote {file}")))


def filter_of(conditions: tuple[str, ...]) -> RegisterFilter:
    """
    The filter that ``NAME=VALUE`` conditions say.

    Raises
    ------
    InvalidParameter
        No such name, or a value that it cannot have.
    """
    given: dict[str, list[str]] = {}
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals or name.strip() not in _NAMES or not value.strip():
            raise _wrong(condition, "NAME=VALUE; NAME: " + " | ".join(_NAMES))
        given.setdefault(name.strip(), []).append(value.strip())
    return RegisterFilter(**{name: _value(name, values) for name, values in given.items()})


def _value(name: str, values: list[str]) -> Any:
    if name in ("held", "overdue"):
        if values[-1] not in _YES_NO:
            raise _wrong(f"{name}={values[-1]}", " | ".join(_YES_NO))
        return _YES_NO[values[-1]]
    if name == "legal_within_days":
        if not values[-1].isdecimal():
            raise _wrong(f"{name}={values[-1]}", "0, 1, 2, …")
        return int(values[-1])
    if name in _TEXTS:
        return values[-1]
    codes = _CODES.get(name)
    return tuple(values) if codes is None else tuple(_code(name, codes, value) for value in values)


def _code(name: str, codes: type[Stage] | type[HoldReason], value: str) -> str:
    # "none": parcels that are not held.
    return value if name == "hold_reason" and value == "none" else codes.of(value)


def _wrong(found: str, expected: str) -> InvalidParameter:
    words = Words("条件无法读取", "this condition cannot be read")
    return InvalidParameter(words, found=found[:80], expected=expected, place=Place(column="--where"))
