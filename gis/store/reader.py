"""Reading within an open transaction, of a store or of a writer. The same in every store."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import InvalidParameter
from gis.model import ALL, Query
from gis.store import statements
from gis.store.incoming import layer_named
from gis.store.kept_results import kept_parts, kept_rows
from gis.store.port import Change, Results
from gis.store.reading import read_layer, tally
from gis.store.session import Session
from gis.words import Words


@dataclass
class SessionReader:
    """``gis.store.port.Reader`` over one open transaction; ``frame_crs`` is given to the geometries."""

    session: Session
    frame_crs: Any

    def read(self, layer: str, query: Query = ALL) -> gpd.GeoDataFrame:
        """See ``Reader.read``."""
        return read_layer(self.session, layer_named(layer), query, self.frame_crs)

    def tally(self, layer: str, column: str, query: Query = ALL) -> dict[Any, int]:
        """See ``Reader.tally``."""
        declared = layer_named(layer, "entity")
        counts = tally(self.session, declared, column, query)
        if counts is not None:
            return counts
        values = self.read(layer, replace(query, columns=(column,)))[column]
        return dict(Counter(values.astype(object).where(values.notna(), None).tolist()))

    def shapes_ever(self, layer: str, keys: Collection[str]) -> NDArray[np.object_]:
        """See ``Reader.shapes_ever``."""
        declared = layer_named(layer, "entity")
        if not declared.geometry:
            words = Words(f"{declared.words.zh}没有几何", f"{declared.words.en} have no geometry")
            raise InvalidParameter(words, found=layer)
        select = statements.select_shapes_ever(self.session.dialect, declared)
        rows = self.session.rows(select, {"keys": json.dumps(sorted(keys)), "layer": declared.name})
        return self.session.geometries_of(np.array([kept for (kept,) in rows], dtype=object))

    def version(self, layers: Collection[str] | None = None) -> int:
        """See ``Reader.version``."""
        if layers is None:
            return int(self.session.sql.last_change())
        names = [layer_named(layer).name for layer in layers]
        return int(self.session.sql.last_change_of(layers=json.dumps(names)))

    def changes_since(self, version: int) -> tuple[Change, ...]:
        """See ``Reader.changes_since``."""
        return tuple(
            Change(seq, layer, key, bool(by_events))
            for seq, layer, key, by_events in self.session.sql.changes_since(version=version)
        )

    def results(self, *, since: int = -1, keys: Collection[str] | None = None) -> Results | None:
        """See ``Reader.results``."""
        header = self.session.sql.assessment()
        if header is None:
            return None
        on, version, made_by = header
        return Results(date.fromisoformat(on), version, made_by, kept_rows(self.session, since, keys))

    def kept_parts(self, parcels: Collection[str] | None = None) -> pd.DataFrame:
        """See ``Reader.kept_parts``."""
        return kept_parts(self.session, parcels)
