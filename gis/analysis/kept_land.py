"""
The land of projects as an earlier assessment cut it.

While nobody moves a parcel or a project, events change when land is ready, never which land is whose: the cut can be
put together again from what was kept of it, without any geometry. Not where parcels overlap on a project's land, for
there the stage decides which of them it counts for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gis.analysis.columns import texts
from gis.analysis.readiness import OVERLAP_COLUMNS, LandCut, Lands, Parts, with_uncovered
from gis.analysis.stages import ranks_of

# Of a project, beside its parts.
LAND_COLUMNS = ("footprint_m2", "uncovered_m2", "is_uncovered", "overlap_m2", "geometry_kind", "is_chemical_outside")


def parts_of(cut: LandCut) -> pd.DataFrame:
    """
    What of a cut is kept of parcels, by project and parcel.

    ``project_code``, ``parcel_no``, ``whole_m2`` (their common land), ``parcel_m2`` (the whole parcel), ``is_thin``.
    """
    parts = cut.parts
    listed = parts.parcel >= 0
    return pd.DataFrame(
        {
            "project_code": cut.codes.take(parts.project[listed]),
            "parcel_no": cut.numbers.take(parts.parcel[listed]),
            "whole_m2": parts.whole_m2[listed],
            "parcel_m2": parts.parcel_m2[listed],
            "is_thin": parts.is_thin[listed],
        }
    )


def codes_listed_once(projects: pd.DataFrame) -> pd.Index:
    """Those of these projects of whose land nothing lies under several parcels: ``cut_again`` will do for them."""
    return projects.index[~(projects["overlap_m2"] > 0)]


def cut_again(projects: pd.DataFrame, parts: pd.DataFrame, parcels: pd.DataFrame) -> LandCut:
    """
    The cut of the land of these projects, none of which lies under several parcels, with the parcels' present stages.

    ``projects``: index ``code``, sorted, with LAND_COLUMNS. ``parts``: all of theirs, as ``parts_of`` gave them.
    ``parcels``: those of the parts, by number, each with its ``stage``.
    """
    numbers = pd.Index(parcels["parcel_no"])
    parcel = numbers.get_indexer(pd.Index(parts["parcel_no"]))
    area = parts["whole_m2"].to_numpy()
    is_thin = parts["is_thin"].to_numpy()
    listed = Parts(
        project=projects.index.get_indexer(pd.Index(parts["project_code"])),
        parcel=parcel,
        rank=ranks_of(parcels["stage"])[parcel],
        area_m2=area,
        is_sliver=is_thin,
        whole_m2=area,
        is_thin=is_thin,
        parcel_m2=parts["parcel_m2"].to_numpy(),
    )
    lands = Lands(
        footprint_m2=projects["footprint_m2"].to_numpy(),
        uncovered_m2=projects["uncovered_m2"].to_numpy(),
        is_uncovered=projects["is_uncovered"].to_numpy(dtype=bool),
        overlap_m2=projects["overlap_m2"].to_numpy(),
    )
    return LandCut(
        codes=texts(projects.index),
        numbers=texts(numbers),
        near=np.arange(len(numbers)),
        listed=len(numbers),
        parts=with_uncovered(listed, lands),
        lands=lands,
        overlaps=pd.DataFrame({name: [] for name in OVERLAP_COLUMNS}),
    )
