"""
The area of a batch's parcels by what the law counts apart: land group and owner, each area on its own basis.

Declared, planar (in the store's zone) and ellipsoidal areas stand side by side and are never added to one another
(RULES §2.4): a declared area is compared with the computed one of the basis that it states.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.footprints import shapes_of
from gis.crs import ellipsoidal_areas
from gis.model import AreaBasis, OwnerKind
from gis.rules.land_groups import LandGroup, grouped_classes_of

Floats = npt.NDArray[np.float64]

MEASURES = (
    *("planar_m2", "ellipsoid_m2", "planar_excess_m2"),
    *(f"declared_{basis.value}_{what}" for basis in AreaBasis for what in ("m2", "off_m2")),
)
_OWNERS = [*(owner.value for owner in OwnerKind), ""]


def measured_parcels(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Each parcel's land group and areas, in the order of ``parcels``.

    Parameters
    ----------
    parcels
        Polygons in the working CRS (metres); ``parcel_no``, ``owner_kind``, ``land_class_scheme``, ``_edition``,
        ``_code``, ``declared_area_m2``, ``declared_basis``.

    Returns
    -------
    DataFrame
        ``parcel_no``, ``owner_kind`` ("" where missing), ``group`` (LandGroup code), ``class_name``, ``planar_m2``,
        ``ellipsoid_m2``, ``declared_m2`` (NaN: none), ``basis`` (AreaBasis code; a missing one is "unknown"),
        ``off_m2`` (declared − computed on its basis; on the planar one where it states none), ``off_share`` of the
        computed area.
    """
    classes = grouped_classes_of(parcels)
    planar = np.asarray(shapely.area(shapes_of(parcels)), dtype=np.float64)
    ellipsoid = ellipsoidal_areas(shapes_of(parcels), str(parcels.crs)) if len(parcels) else np.zeros(0)
    declared = parcels["declared_area_m2"].to_numpy(dtype=np.float64, na_value=np.nan)
    basis = _codes(parcels["declared_basis"], AreaBasis.UNKNOWN.value)
    computed = np.where(basis == AreaBasis.ELLIPSOIDAL.value, ellipsoid, planar)
    off = declared - computed
    return pd.DataFrame(
        {
            "parcel_no": parcels["parcel_no"].tolist(),
            "owner_kind": _codes(parcels["owner_kind"], ""),
            "group": [one.group.value for one in classes],
            "class_name": [one.name for one in classes],
            "planar_m2": planar,
            "ellipsoid_m2": ellipsoid,
            "declared_m2": declared,
            "basis": basis,
            "off_m2": off,
            "off_share": np.divide(off, computed, out=np.full(len(off), np.nan), where=computed > 0),
        }
    )


def _codes(column: pd.Series, missing: str) -> npt.NDArray[np.object_]:
    return np.array([code if isinstance(code, str) and code else missing for code in column.tolist()], dtype=object)


def area_table(measured: pd.DataFrame, by: Sequence[str] = ("group", "owner_kind")) -> pd.DataFrame:
    """
    The sums over ``measured`` (see ``measured_parcels``) by these columns, in the order of the law's lists.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``parcels`` (count), ``undeclared`` (those without a declared area), MEASURES. Of each
        basis ``declared_<basis>_m2`` is the sum of the areas declared on it and ``…_off_m2`` how much that is more
        than computed for the same parcels. Rows sum to the whole: nothing is left out, whatever is not known.
    """
    found = [
        {**dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)), **_sums(rows)}
        for key, rows in measured.groupby(list(by), sort=False)
    ]
    table = pd.DataFrame(found, columns=[*by, "parcels", "undeclared", *MEASURES])
    places = [table[name].map(_place) for name in by]
    if table.empty:
        return table
    return table.iloc[np.lexsort([place.to_numpy() for place in reversed(places)])].reset_index(drop=True)


def _place(code: str) -> int:
    return LandGroup(code).rank if code in set(LandGroup) else _OWNERS.index(code)


def total_areas(measured: pd.DataFrame) -> dict[str, Any]:
    """The same sums over all parcels."""
    return _sums(measured)


def _sums(rows: pd.DataFrame) -> dict[str, Any]:
    planar, ellipsoid = fsum(rows["planar_m2"]), fsum(rows["ellipsoid_m2"])
    sums: dict[str, Any] = {
        "parcels": len(rows),
        "undeclared": int(rows["declared_m2"].isna().sum()),
        "planar_m2": planar,
        "ellipsoid_m2": ellipsoid,
        "planar_excess_m2": planar - ellipsoid,
    }
    for basis in AreaBasis:
        there = rows[(rows["basis"] == basis.value) & rows["declared_m2"].notna()]
        sums[f"declared_{basis.value}_m2"] = fsum(there["declared_m2"])
        sums[f"declared_{basis.value}_off_m2"] = fsum(there["off_m2"])
    return sums


def taken_m2(measured: pd.DataFrame) -> float:
    """The planar area that takes quota when these parcels are approved: all but building land (m²)."""
    return fsum(measured["planar_m2"][needs_conversion(measured["group"])])


def needs_conversion(groups: pd.Series) -> npt.NDArray[np.bool_]:
    """Which of these land groups take quota."""
    return groups.map({group.value: group.needs_conversion for group in LandGroup}).to_numpy(dtype=bool)
