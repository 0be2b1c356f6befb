"""What can be told of an uploaded part: shown to a person, who may say otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gis import crs as systems
from gis.errors import GuatuError, InvalidParameter
from gis.ingest.crs_detection import AxesSwapped, FoundCrs, find_crs
from gis.ingest.detection import area_evidence, codes_in, columns_of, fields_of, planar_areas
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable, Target
from gis.layers import Layer
from gis.rules.land_classes import land_class_schemes, meanings
from gis.store.port import Store
from gis.workflows.draft_import import OpenedPart, fixed_raw, with_kind
from gis.workflows.import_choices import COMPLETE_FOR, Choices
from gis.workflows.import_file import KINDS, importable_layer
from gis.workflows.read_import import target_of

_SHAPES = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon", 7: "mixed"}
_CODES_SHOWN = 60


def detect_upload(store: Store, opened: OpenedPart, choices: Choices) -> dict[str, Any]:
    """
    Encoding, kind, columns, reference system, units of areas and land classes of a part, each with its evidence.

    Returns
    -------
    dict
        ``format``, ``rows``, ``shapes`` (kinds of geometry), ``encoding``, ``kind`` and whether it ``is_guess``,
        ``kinds``, ``columns``, ``fields``, ``crs``, ``areas``, ``land_classes``, ``declared`` (what the file says of
        itself), ``complete_for`` (what it may be said to be complete for).
    """
    chosen = with_kind(opened, choices)
    layer = chosen.layer
    raw, mapping = _read_under(store, opened, layer, chosen)
    columns = columns_of(raw, layer, mapping)
    target = target_of(store, layer)
    crs, found = _crs(raw, target, chosen)
    return {
        "format": raw.format,
        "rows": len(raw.rows) + len({r.place.row for r in raw.refused}),
        "shapes": _shapes(raw),
        "encoding": opened.encoding.as_dict(),
        "kind": chosen.kind,
        "is_guess": choices.kind is None,
        "kinds": {kind: importable_layer(kind).words.as_dict() for kind in KINDS},
        "columns": columns,
        "fields": fields_of(layer),
        "crs": crs if layer.geometry else None,
        "areas": _areas(raw, columns, found, target.crs),
        "land_classes": _land_classes(raw, columns),
        "declared": {key: value[:200] for key, value in list(raw.declared.items())[:40]},
        "complete_for": _complete_for(store, layer),
    }


def _read_under(store: Store, opened: OpenedPart, layer: Layer, choices: Choices) -> tuple[RawTable, Mapping]:
    """The table with its fixes; as it came where they do not fit it (the preview says why)."""
    try:
        mapping = choices.mapping(opened.part.name)
        return fixed_raw(store, opened.raw, layer, mapping, choices), mapping or Mapping()
    except InvalidParameter:
        return opened.raw, Mapping()


def _shapes(raw: RawTable) -> dict[str, int]:
    if raw.geometry is None:
        return {}
    types = shapely.get_type_id(np.asarray(raw.geometry.array, dtype=object)).tolist()
    kinds = [_SHAPES[t] for t in types if t in _SHAPES]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def _crs(raw: RawTable, target: Target, choices: Choices) -> tuple[dict[str, Any], FoundCrs | None]:
    """The CRS and its evidence; where it cannot be told, why, what would fit, and whether swapped axes would."""
    told: dict[str, Any] = {
        "crs": None,
        "name": None,
        "evidence": None,
        "problem": None,
        "candidates": [],
        "swap": False,
    }
    try:
        found = find_crs(raw, target, said=choices.crs, swap_axes=choices.swap_axes)
    except GuatuError as error:
        candidates = list(getattr(error, "candidates", ()))
        named = [{"crs": crs, "name": systems.crs_name(crs)} for crs in candidates]
        swap = isinstance(error, AxesSwapped)
        return told | {"problem": error.as_dict(), "candidates": named, "swap": swap}, None
    if found is None:
        return told, None
    warnings = [words.as_dict() for words in found.warnings]
    named_crs = {"crs": found.crs[:80], "name": systems.crs_name(found.crs), "evidence": found.evidence.as_dict()}
    return told | named_crs | {"warnings": warnings}, found


def _areas(raw: RawTable, columns: list[dict[str, Any]], found: FoundCrs | None, crs: str) -> list[dict[str, Any]]:
    planar = planar_areas(found, crs)
    wanted = [column for column in columns if column.get("is_area")]
    return [area_evidence(raw, column["header"], column["unit"], planar) for column in wanted]


def _land_classes(raw: RawTable, columns: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The codes that the file has and what each scheme means by them; None where it has none."""
    codes = codes_in(raw, columns)
    if not codes:
        return None
    known = meanings(codes[:_CODES_SHOWN])
    schemes = [
        {"key": s.key, "words": s.words.as_dict(), "lacks": sum(s.name_of(code) is None for code in codes)}
        for s in land_class_schemes()
    ]
    stated = any(column["field"] == "land_class_scheme" for column in columns)
    return {"codes": codes[:_CODES_SHOWN], "count": len(codes), "schemes": schemes, "meanings": known, "stated": stated}


def _complete_for(store: Store, layer: Layer) -> list[dict[str, Any]]:
    """What a file may be said to be the complete set of: a town, a batch, a kind of zone, everything."""
    found: list[dict[str, Any]] = []
    for name in COMPLETE_FOR.get(layer.name, ()):
        if name == "all":
            found.append({"column": "all", "words": layer.words.as_dict(), "values": []})
            continue
        column = layer.column(name)
        values = sorted(str(value) for value in store.tally(layer.name, name) if value is not None)
        found.append(
            {
                "column": name,
                "words": column.words.as_dict(),
                "values": _named(store, column.references, column.codes, values),
            }
        )
    return found


def _named(store: Store, references: str | None, codes: Any, values: list[str]) -> list[dict[str, Any]]:
    names: dict[str, Any] = {}
    if references is not None:
        stored = store.read(references)
        names = dict(zip(stored["code"], stored["name"], strict=True))
    if codes is not None:
        names = {member.value: member.words.as_dict() for member in codes}
    return [{"value": value, "name": names.get(value, value)} for value in values[:500]]
