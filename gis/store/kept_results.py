"""What a store keeps of an assessment, beside its data. The same in every store."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from gis.store.port import PART_TYPES, Results
from gis.store.session import Bound, Session, Table
from gis.store.values import storable


def kept_rows(session: Session, since: int, keys: Collection[str] | None) -> Mapping[str, str]:
    """Project code → result, of those kept after ``since``; see ``Reader.results``."""
    if keys is None:
        return dict(session.sql.project_assessments(since=since))
    return dict(session.sql.project_assessments_of(keys=json.dumps(sorted(keys)), since=since)) if keys else {}


def kept_parts(session: Session, parcels: Collection[str] | None) -> pd.DataFrame:
    """See ``Reader.kept_parts``."""
    where = ""
    bound: Bound = {}
    if parcels is not None:
        among, bound = session.dialect.among("parcel_no", "parcels", storable(sorted(parcels)))
        where = f"WHERE project_code IN (SELECT project_code FROM project_part WHERE {among})"  # noqa: S608 (no values)
    select = f"SELECT {', '.join(PART_TYPES)} FROM project_part {where} ORDER BY project_code, parcel_no"  # noqa: S608
    return pd.DataFrame(session.arrays(select, bound, PART_TYPES)).astype({"is_thin": "bool"})


def keep_results(session: Session, results: Results, *, whole: bool) -> None:
    """See ``Writer.keep_results``."""
    if whole:
        session.sql.forget_project_assessments()
        session.sql.forget_project_parts()
    session.sql.keep_assessment(on_date=results.on.isoformat(), version=results.version, made_by=results.made_by)
    rows = [{"code": code, "version": results.version, "result": text} for code, text in results.rows.items()]
    session.many("keep_project_assessments", rows)
    if results.parts is not None:
        session.sql.forget_project_parts_of(keys=json.dumps(sorted(results.rows)))
        if len(results.parts):
            session.add("project_part", PART_TYPES, _cells(results.parts))


def _cells(parts: pd.DataFrame) -> Table:
    cells = {name: np.array(parts[name].tolist(), dtype=object) for name in PART_TYPES}
    cells["is_thin"] = np.array([int(thin) for thin in cells["is_thin"]], dtype=object)
    return cells
