"""Data comes in, is stored, is analysed, is drawn, is served: imports go one way only."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Module, modules

# From the ground up. A module may import what stands below it, and what shares its own house (the same
# entry), never what stands beside it on the same floor or above it.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("gis",),
    ("gis.words",),
    ("gis.errors",),
    ("gis.units",),
    ("gis.settings", "gis.crs", "gis.gcj02", "gis.workdays"),
    ("gis.model",),
    ("gis.layers", "gis.accounts"),
    ("gis.rules",),
    ("gis.ingest", "gis.store", "gis.analysis", "gis.tours", "gis.maps", "gis.reports", "gis.demo"),
    ("gis.workflows",),
    ("webapp",),
    ("gis.terminal",),
    ("gis.cli_store",),
    ("gis.cli_account", "gis.cli_batch", "gis.cli_export", "gis.cli_parcel", "gis.cli_tour"),
    ("gis.cli", "gis.__main__"),
)
FLOOR_OF = {house: floor for floor, houses in enumerate(FLOORS) for house in houses}


def house_of(name: str) -> str | None:
    """The longest declared prefix of a module's name; ``gis`` alone stands only for the package itself."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        prefix = ".".join(parts[:size])
        if prefix in FLOOR_OF and (prefix != "gis" or name == "gis"):
            return prefix
    return None


def breaches(module: Module) -> list[str]:
    """Imports that go up or sideways."""
    here = house_of(module.name)
    assert here is not None, f"{module.path} is in no declared part of the house: name it in FLOORS"
    found = []
    for name, line in module.imports():
        if name.split(".")[0] not in ("gis", "webapp"):
            continue
        there = house_of(name)
        if there == here or (there is not None and FLOOR_OF[there] < FLOOR_OF[here]):
            continue
        found.append(f"{module.path}:{line} imports {name}")
    return found


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_a_module_imports_only_what_stands_below_it(module: Module) -> None:
    assert breaches(module) == []


def test_the_direction_test_sees_a_breach() -> None:
    lines = ("def f():", "    from gis.store.port import Store", "    from gis import crs", "    import gis.workflows")
    text = "\n".join(lines)
    module = Module("gis/analysis/x.py", "gis.analysis.x", text)
    assert breaches(module) == [
        "gis/analysis/x.py:2 imports gis.store.port",
        "gis/analysis/x.py:4 imports gis.workflows",
    ]
    relative = Module("gis/analysis/x.py", "gis.analysis.x", "from ..store import port\nfrom .lamps import judged\n")
    assert breaches(relative) == [
        "gis/analysis/x.py:1 imports gis.store",
        "gis/analysis/x.py:1 imports gis.store.port",
    ]


def test_no_module_is_imported_by_star() -> None:
    starred = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert starred == []
