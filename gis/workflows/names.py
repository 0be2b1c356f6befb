"""The names that stand beside codes: of towns and parks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from gis.model import Query
from gis.store.port import Store


@dataclass(frozen=True, slots=True)
class Names:
    """Code → name."""

    towns: dict[str, str]
    parks: dict[str, str]

    def of_group(self, by: str) -> dict[str, str]:
        """The names of the codes that a grouping goes by."""
        return {"town": self.towns, "credited_town": self.towns, "park": self.parks}.get(by, {})


def read_names(store: Store, on: date) -> Names:
    """The names of all towns and parks as of ``on``."""
    return Names(_names(store, "town", on), _names(store, "park", on))


def _names(store: Store, layer: str, on: date) -> dict[str, str]:
    frame = store.read(layer, Query(on=on, columns=("code", "name")))
    return dict(zip(frame["code"].tolist(), frame["name"].tolist(), strict=True))


def with_names(projects: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Projects with ``located_in_town_name``, ``credited_to_town_name``, ``located_in_park_name`` beside the codes."""
    return projects.assign(
        located_in_town_name=projects["located_in_town"].map(names.towns),
        credited_to_town_name=projects["credited_to_town"].map(names.towns),
        located_in_park_name=projects["located_in_park"].map(names.parks),
    )
