"""Vector tiles of the stored polygon layers."""

from __future__ import annotations

from flask import Blueprint, Response

from gis.errors import NotFound
from gis.maps.tiles import TILE_LAYERS
from gis.words import Words
from webapp.caching import FAST_GZIP_LEVEL, conditional, pack, packed
from webapp.context import served
from webapp.params import reading, tile_at

blueprint = Blueprint("tiles", __name__)
MIMETYPE = "application/vnd.mapbox-vector-tile"


@blueprint.get("/tiles/<name>/<int:z>/<int:x>/<int:y>.mvt")
def tile(name: str, z: int, x: int, y: int) -> Response:
    """One layer on one tile, as of ``on``; 204 where nothing shows."""
    with reading() as ask:
        asked = ask.day()
        place = tile_at(z, x, y)
    layer = TILE_LAYERS.get(name)
    if layer is None:
        raise NotFound(Words("没有这个图层", "no such layer"), found=name[:80], expected=" | ".join(TILE_LAYERS))
    site = served()
    on = site.day(asked)
    tag = site.tile_tag(layer, place, on)

    def make() -> Response:
        data = site.tile(layer, place, on, tag)
        return packed(data, MIMETYPE) if data not in NOTHING else Response(status=204)

    return conditional(tag, make)


NOTHING = (pack(b""), pack(b"", FAST_GZIP_LEVEL))
