"""Put parcels into a batch, by their numbers or by drawing round them, or take them out; dissolve a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.analysis.footprints import shapes_of, valid_polygons
from gis.analysis.overlap_area import overlap_area_m2
from gis.crs import from_lonlat
from gis.errors import InvalidParameter, NotFound, Place
from gis.model import Actor, BBox, Query
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.one_batch import (
    MOST_MEMBERS,
    free_parcels,
    members_of,
    put_batch,
    read_batch,
    require_officer,
    require_open,
    tidy_numbers,
    tidy_text,
)
from gis.workflows.plain import Record

MOST_CORNERS = 2_000
# Of a parcel that is drawn round, so much must lie inside.
DRAWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ring drawn on the map, (longitude, latitude) in degrees; closed or not."""

    ring: tuple[tuple[float, float], ...]


def add_to_batch(store: Store, actor: Actor, name: str, which: Sequence[str] | Drawn) -> Record:
    """
    Put parcels into a batch.

    ``which``: their numbers, or a ring: then those of no batch of which more than half lies inside.

    Returns
    -------
    Record
        ``{name, added, parcels, numbers}``.

    Raises
    ------
    NotFound
        There is no such batch or parcel; nothing is drawn round.
    InvalidParameter
        The batch is approved; a parcel is in another one; there would be too many.
    NotAllowed
        The actor may not change batches.
    """
    require_officer(actor)
    on = default_day(store)
    with writing_assessed(store, actor) as writer:
        require_open(read_batch(writer, name, on))
        wanted = drawn_round(writer, which, store.info.crs) if isinstance(which, Drawn) else tidy_numbers(which)
        added = free_parcels(writer, wanted, name)
        there = len(members_of(writer, name, columns=("parcel_no",)))
        if there + len(added) > MOST_MEMBERS:
            words = Words(f"一个批次最多 {MOST_MEMBERS} 块地", f"a batch has at most {MOST_MEMBERS} parcels")
            raise InvalidParameter(words, found=str(there + len(added)), place=Place(column="parcels"))
        if added:
            put_batch(writer, added, name, on)
    return {"name": name, "added": len(added), "parcels": there + len(added), "numbers": list(added)}


def remove_from_batch(store: Store, actor: Actor, name: str, numbers: Sequence[str]) -> Record:
    """
    Take parcels out of a batch: ``{name, removed, parcels}``.

    Raises as ``add_to_batch``; InvalidParameter, too, where one of them is not in it.
    """
    require_officer(actor)
    on = default_day(store)
    with writing_assessed(store, actor) as writer:
        require_open(read_batch(writer, name, on))
        there = set(members_of(writer, name, columns=("parcel_no",))["parcel_no"])
        wanted = tidy_numbers(numbers)
        if strangers := [number for number in wanted if number not in there]:
            named = "、".join(strangers[:20])
            words = Words(f"{len(strangers)} 块地不在本批次", f"{len(strangers)} parcels are not in the batch")
            raise InvalidParameter(words, found=named, place=Place(column="parcels"))
        put_batch(writer, wanted, None, on)
    return {"name": name, "removed": len(wanted), "parcels": len(there) - len(wanted)}


def dissolve_batch(store: Store, actor: Actor, name: str, reason: str) -> Record:
    """Take a batch away that is not approved: its parcels belong to none. Its rows stay, the last with the reason."""
    require_officer(actor)
    on = default_day(store)
    with writing_assessed(store, actor) as writer:
        batch = read_batch(writer, name, on)
        require_open(batch)
        there = members_of(writer, name, columns=("parcel_no",))["parcel_no"].tolist()
        if there:
            put_batch(writer, there, None, on)
        if batch.registered:
            writer.append("batch", batch.as_row(note=tidy_text(reason, "reason") or batch.note, withdrawn=True))
    return {"name": name, "removed": len(there), "parcels": 0}


def drawn_round(reader: Reader, drawn: Drawn, crs: str) -> tuple[str, ...]:
    """The parcels of no batch of which more than half lies in the ring; raises NotFound where there are none."""
    area = _area(drawn, crs)
    near = reader.read(
        "parcel", Query(bbox=BBox(*shapely.bounds(area[0]).tolist()), columns=("parcel_no", "batch", "geometry"))
    )
    free = near[near["batch"].isna() | (near["batch"] == "")]
    shapes = valid_polygons(shapes_of(free))
    rows = np.arange(len(shapes))
    inside = overlap_area_m2(area, shapes, np.zeros_like(rows), rows)
    numbers = free["parcel_no"].to_numpy(dtype=object)[inside > DRAWN_SHARE * shapely.area(shapes)]
    if not len(numbers):
        words = Words("圈出的范围内没有未入批次的地块", "no parcel without a batch lies in what was drawn")
        raise NotFound(words, found=f"{len(near)}")
    return tidy_numbers(numbers.tolist())


def _area(drawn: Drawn, crs: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The drawn area in the working CRS, as an array of one."""
    places = np.asarray(drawn.ring, dtype=np.float64)
    is_ring = places.ndim == 2 and places.shape[1:] == (2,) and 3 <= len(places) <= MOST_CORNERS
    if not is_ring or not np.isfinite(places).all() or (np.abs(places) > (180, 90)).any():
        raise InvalidParameter(
            Words("圈画的范围无效", "what was drawn is no ring"),
            found=str(places.shape),
            expected=f"3 … {MOST_CORNERS} × [lon, lat]",
            place=Place(column="polygon"),
        )
    shape = from_lonlat([shapely.Polygon(places)], crs)
    # As the register has it. To untangle a ring takes minutes where it crosses itself a million times.
    if not shapely.is_valid(shape[0]) or not shapely.area(shape[0]) > 0:
        words = Words("圈画的范围无效（边线自相交或面积为零）", "the drawn shape crosses itself or has no area")
        raise InvalidParameter(words, place=Place(column="polygon"))
    return shape
