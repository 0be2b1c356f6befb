"""STORE: the only door to the data. ``create_store`` and ``open_store`` are where the kind of store is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from gis.crs import working_crs
from gis.errors import GuatuError, StoreMissing
from gis.model import Actor
from gis.store.geopackage.connections import BUSY_SECONDS
from gis.store.geopackage.ddl import SCHEMA_VERSION
from gis.store.geopackage.store import GeoPackageStore, create_geopackage
from gis.store.port import Store, StoreInfo
from gis.words import Words

__all__ = ["create_store", "open_store"]


def create_store(
    where: str | Path,
    *,
    name: str,
    crs: str,
    actor: Actor,
    data_on: date | None = None,
    is_sample: bool = False,
) -> Store:
    """
    Make a new store and open it. It holds the shipped rule parameters and nothing else.

    Parameters
    ----------
    where
        A file's path (a GeoPackage).
    name
        The county's name, as pages show it.
    crs
        The working CRS: projected, in metres ("EPSG:4547").
    data_on
        For samples: the day that the data reflect.

    Raises
    ------
    StoreExists, StoreMissing
        A file is there already; the folder is not there.
    CrsRefused
        ``crs`` cannot be a working CRS.
    """
    path = _file(where)
    info = StoreInfo(name, working_crs(crs), SCHEMA_VERSION, datetime.now(UTC), data_on, is_sample)
    create_geopackage(path, info, actor)
    return open_store(path)


def open_store(where: str | Path, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """
    Open a store; ``busy_seconds``: how long a writer waits for another one.

    Raises
    ------
    StoreMissing
        Nothing is there.
    StoreSchema
        Made by an older or a newer Guatu.
    UnreadableFile
        Something else than a store, or a damaged one.
    """
    path = _file(where)
    if not path.is_file():
        raise StoreMissing(
            Words("库不存在，请先用 guatu init 建库", "no store there; make one: guatu init"), found=str(path)
        )
    return GeoPackageStore(path, busy_seconds=busy_seconds)


def _file(where: str | Path) -> Path:
    """The file that ``where`` names; the one place that tells the kinds of store apart."""
    if str(where).startswith(("postgresql://", "postgres://")):
        raise GuatuError(
            Words(
                "此版本尚不支持 PostGIS 库，请使用 GeoPackage 文件",
                "PostGIS is not supported yet; use a GeoPackage file",
            ),
            found="postgresql://…",
            expected="FILE.gpkg",
        )
    return Path(where)
