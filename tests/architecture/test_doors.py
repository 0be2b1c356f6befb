"""Each third party, the environment and the request have one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules

# library → the paths (files, or folders ending in /) that may import it
DOORS: dict[str, tuple[str, ...]] = {
    "pyproj": ("gis/crs.py",),
    "sqlite3": ("gis/store/",),
    "psycopg2": ("gis/store/",),
    "aiosql": ("gis/store/",),
    "flask": ("webapp/",),
    "flask_babel": ("webapp/",),
    "flask_wtf": ("webapp/forgery.py",),
    "werkzeug": ("webapp/",),
    "waitress": ("webapp/",),
    "gunicorn": ("webapp/serving.py", "webapp/even_worker.py"),
    "folium": ("gis/maps/",),
    "branca": ("gis/maps/",),
    "mapbox_vector_tile": ("gis/maps/",),
    "reportlab": ("gis/reports/",),
    "fontTools": ("gis/reports/fonts.py",),
    "docx": ("gis/reports/",),
    "osmium": ("gis/ingest/osm_roads.py",),
    "pyvrp": ("gis/tours/",),
    "scipy": ("gis/tours/",),
    "gpxpy": ("gis/reports/",),
    "segno": ("gis/reports/",),
    "pypdfium2": ("gis/reports/",),
    "PIL": ("gis/reports/",),
    "chinese_calendar": ("gis/workdays.py",),
    "click": (
        "gis/cli.py",
        "gis/cli_account.py",
        "gis/cli_batch.py",
        "gis/cli_export.py",
        "gis/cli_parcel.py",
        "gis/cli_store.py",
        "gis/cli_tour.py",
        "gis/terminal.py",
    ),
    "rich": ("gis/terminal.py", "gis/reports/"),
}
ENVIRONMENT = ("gis/cli_store.py", "gis/terminal.py", "webapp/wsgi.py")
REQUEST_VALUES = ("webapp/params.py", "webapp/bodies.py", "webapp/language.py")
NOT_IN_WEBAPP = ("shapely", "geopandas", "pyogrio")


def may(path: str, doors: tuple[str, ...]) -> bool:
    return any(path == door or (door.endswith("/") and path.startswith(door)) for door in doors)


def imported(module: Module, library: str) -> list[str]:
    """Places where a library is imported."""
    return [f"{module.path}:{line}" for name, line in module.imports() if name.split(".")[0] == library]


@pytest.mark.parametrize("library", DOORS)
def test_a_library_comes_in_by_its_own_door(library: str) -> None:
    outside = [place for m in modules() if not may(m.path, DOORS[library]) for place in imported(m, library)]
    assert outside == []


@pytest.mark.parametrize("library", ["pyproj", "sqlite3", "flask", "folium", "chinese_calendar", "click"])
def test_the_doors_are_in_use(library: str) -> None:
    assert any(imported(module, library) for module in modules())


@pytest.mark.parametrize("library", NOT_IN_WEBAPP)
def test_the_web_app_knows_no_geometry(library: str) -> None:
    assert [place for m in modules() if m.path.startswith("webapp/") for place in imported(m, library)] == []


def environment_reads(module: Module) -> Iterator[str]:
    names = ("environ", "environb", "getenv")
    for node in ast.walk(module.tree):
        of_os = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
        is_read = of_os and isinstance(node, ast.Attribute) and node.attr in names
        is_import = isinstance(node, ast.ImportFrom) and node.module == "os" and {a.name for a in node.names} & {*names}
        if is_read or is_import:
            yield f"{module.path}:{node.lineno}"


def test_the_environment_is_read_at_the_entry_points_only() -> None:
    assert [place for m in modules() if m.path not in ENVIRONMENT for place in environment_reads(m)] == []


def test_the_environment_test_sees_a_read() -> None:
    text = "import os\nfrom os import getenv\nx = os.environ['A']\ny = os.getenv('B')\n"
    assert list(environment_reads(Module("gis/x.py", "gis.x", text))) == ["gis/x.py:2", "gis/x.py:3", "gis/x.py:4"]


def request_reads(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("args", "values", "form", "view_args")
            and isinstance(node.value, ast.Name)
            and node.value.id == "request"
        ):
            yield f"{module.path}:{node.lineno}"


def test_a_request_s_parameters_are_read_by_params_and_the_language_switch() -> None:
    assert [place for m in modules() if m.path not in REQUEST_VALUES for place in request_reads(m)] == []


def sql_outside_the_store(module: Module) -> Iterator[str]:
    """Texts that read as SQL statements, docstrings apart."""
    starts = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lstrip().startswith(starts):
            yield f"{module.path}:{node.lineno}"


def test_sql_is_spoken_in_the_store_only() -> None:
    assert [p for m in modules() if not m.path.startswith("gis/store/") for p in sql_outside_the_store(m)] == []
