"""
The base maps that may lie under the map: 天地图, where there is a token, and what an administrator configured.

None is needed. The page asks this server for them; addresses and the token stay here (RULES §2.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gis.maps.tiles import Tile
from gis.settings import BaseMap, Settings

TIANDITU_ATTRIBUTION = "天地图"
TIANDITU_MAX_ZOOM = 18
_TIANDITU_HOSTS = 8
_TIANDITU_LAYERS = {
    "vec": "天地图矢量",
    "cva": "天地图矢量注记",
    "img": "天地图影像",
    "cia": "天地图影像注记",
    "ter": "天地图地形",
    "cta": "天地图地形注记",
}
_TIANDITU_LABELS = {"vec": "tdt_cva", "img": "tdt_cia", "ter": "tdt_cta"}
_TIANDITU_URL = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={token}"
)


def base_maps_of(settings: Settings) -> dict[str, BaseMap]:
    """Every base map by its id: the administrator's first, then 天地图's six (``tdt_vec`` …) where there is a token."""
    configured = {base_map.id: base_map for base_map in settings.base_maps}
    return {**configured, **_tianditu(settings.tianditu_token, settings.review_number)}


def _tianditu(token: str | None, review_number: str) -> dict[str, BaseMap]:
    if not token:
        return {}
    attribution = f"{TIANDITU_ATTRIBUTION} {review_number}".strip()
    url = {layer: _TIANDITU_URL.format(layer=layer, token=token) for layer in _TIANDITU_LAYERS}
    return {
        f"tdt_{layer}": BaseMap(
            f"tdt_{layer}", name, url[layer], attribution, TIANDITU_MAX_ZOOM, _TIANDITU_LABELS.get(layer)
        )
        for layer, name in _TIANDITU_LAYERS.items()
    }


def tile_address(base_map: BaseMap, tile: Tile) -> str:
    """Where one tile of a base map is fetched. ``{s}`` spreads the load over numbered hosts."""
    host = str((tile.x + tile.y) % _TIANDITU_HOSTS)
    parts = {"{z}": str(tile.z), "{x}": str(tile.x), "{y}": str(tile.y), "{s}": host}
    address = base_map.url
    for slot, value in parts.items():
        address = address.replace(slot, value)
    return address


def offered(base_maps: Iterable[BaseMap]) -> tuple[BaseMap, ...]:
    """Those that may be chosen: labels come with what they are drawn over."""
    known = tuple(base_maps)
    labels = {base_map.labels for base_map in known}
    return tuple(base_map for base_map in known if base_map.id not in labels)


def served_here(base_map: BaseMap) -> BaseMap:
    """The base map as the page knows it: fetched through this server."""
    return replace(base_map, url=f"/basemap/{base_map.id}/{{z}}/{{x}}/{{y}}")
