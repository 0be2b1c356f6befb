"""What an import needs of the store to read a file, whether it comes by the command line or by the import desk."""

from __future__ import annotations

from collections.abc import Collection

from gis.ingest.mapping import Mapping
from gis.ingest.project_names import with_project_codes
from gis.ingest.source import unreadable
from gis.ingest.table import RawTable, Target
from gis.layers import LAYERS, Layer
from gis.model import Query
from gis.store.port import Store


def refuse_empty(raw: RawTable) -> None:
    """Raise UnreadableFile where a file has no rows, not even refused ones."""
    if not raw.rows and not raw.refused:
        raise unreadable(raw.source.name, "文件中没有数据行", "the file has no rows of data", found="0", expected="≥ 1")


def with_stored_projects(store: Store, raw: RawTable, layer: Layer, mapping: Mapping | None) -> RawTable:
    """The table with the codes of the stored projects that its rows call by name."""
    projects: list[tuple[str, str | None]] = []
    if "project_code" in layer.names:
        stored = store.read("project", Query(columns=("code", "name")))
        projects = list(zip(stored["code"], stored["name"], strict=True))
    return with_project_codes(raw, layer, mapping, projects)


def target_of(store: Store, layer: Layer) -> Target:
    """What an import of this layer must fit."""
    return Target(store.info.crs, None if layer.name == "town" else store.extent(("town",)))


def stored_keys(store: Store, layer_name: str) -> Collection[str]:
    """The keys of a layer's rows, to which a file may refer."""
    key = LAYERS[layer_name].key[0]
    return frozenset(store.read(layer_name, Query(columns=(key,)))[key])
