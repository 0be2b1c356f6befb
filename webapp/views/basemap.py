"""Configured base maps, fetched by this server so that no address or token reaches a browser."""

from __future__ import annotations

from flask import Blueprint, Response

from gis.errors import NotFound
from gis.maps.base_maps import base_maps_of, tile_address
from gis.words import Words
from webapp.context import served
from webapp.params import key_in_path, reading, tile_at

blueprint = Blueprint("basemap", __name__)
DAY_S = 86_400


@blueprint.get("/basemap/<id_>/<int:z>/<int:x>/<int:y>")
def picture(id_: str, z: int, x: int, y: int) -> Response:
    """One picture of a base map; a browser may keep it for a day."""
    with reading():
        tile = tile_at(z, x, y)
    known = base_maps_of(served().settings)
    base_map = known.get(key_in_path("id", id_))
    if base_map is None:
        raise NotFound(Words("没有配置这个底图", "no such base map"), found=id_, expected=" | ".join(known) or "—")
    data, mimetype = served().upstream.picture(tile_address(base_map, tile))
    response = Response(data, mimetype=mimetype)
    response.cache_control.private = True
    response.cache_control.max_age = DAY_S
    return response
