"""
The wall map as a MapLibre style, made from the style table: sources, layers, and what each colouring repaints.

Zoom levels here are MapLibre's (tiles of 512 px): one less than Leaflet's. Addresses are relative to
the server that the page came from. Images (hatches, badges) are drawn by the page when they are first asked for:
``hatch:TABLE:CODE`` and ``badge:TABLE:CODE``.
"""

from __future__ import annotations

from typing import Any

from gis.maps.colourings import COLOURINGS, repaint
from gis.maps.expressions import (
    INK,
    PAPER,
    Expression,
    by_zoom,
    dash_of,
    fill_of,
    image_of,
    opacity_of,
    stroke_of,
    width_of,
)
from gis.maps.style import PARK, READINESS, TOWN, ZONE, Table
from gis.words import Words

StyleLayer = dict[str, Any]

TILED = ("town", "zone", "park", "parcel")
TILE_MAX_ZOOM = 16
PARCELS_FROM_ZOOM = 9
HATCH_PARCELS_FROM_ZOOM = 14
BADGES_SHRINK_AT_ZOOM = 12.5
FONTS = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC"]
_SELECTED = "#0B57D0"


def _tile_layer(id_: str, source: str, type_: str, **more: Any) -> StyleLayer:
    return {"id": id_, "source": source, "source-layer": source, "type": type_, **more}


def _label(id_: str, source: dict[str, str], size: Any, colour: str, **layout: Any) -> StyleLayer:
    return {
        "id": id_,
        **source,
        "type": "symbol",
        "layout": {
            "text-field": ["get", "name"],
            "text-font": FONTS,
            "text-size": size,
            "text-max-width": 9,
            **layout,
        },
        "paint": {"text-color": colour, "text-halo-color": "rgba(255,255,255,0.92)", "text-halo-width": 1.4},
    }


def _border(source: str, table: Table, code: Expression) -> StyleLayer:
    paint = {
        "line-color": stroke_of(table, code),
        "line-width": width_of(table, code),
        "line-dasharray": dash_of(table, code),
    }
    return _tile_layer(f"{source}-line", source, "line", paint=paint)


def _town_layers() -> list[StyleLayer]:
    level = ["get", "level"]
    return [
        _tile_layer("town-fill", "town", "fill", paint={"fill-color": PAPER, "fill-antialias": False}),
        _border("town", TOWN, level),
    ]


def _zone_layers() -> list[StyleLayer]:
    """Zones are ground, not figure: pale and thin over a whole county, where hundreds may lie side by side."""
    kind = ["get", "kind"]
    opacity, width = opacity_of(ZONE, kind), width_of(ZONE, kind)
    return [
        _tile_layer(
            "zone-fill",
            "zone",
            "fill",
            paint={
                "fill-color": fill_of(ZONE, kind),
                "fill-opacity": by_zoom((9, ["*", 0.6, opacity]), (12, opacity)),
                "fill-antialias": False,
            },
        ),
        _tile_layer(
            "zone-hatch",
            "zone",
            "fill",
            paint={
                "fill-pattern": image_of("hatch", "zone", kind),
                "fill-opacity": by_zoom((10, 0.14), (12, 0.25)),
            },
        ),
        _tile_layer(
            "zone-line",
            "zone",
            "line",
            paint={
                "line-color": stroke_of(ZONE, kind),
                "line-width": by_zoom((9, ["*", 0.25, width]), (12, ["*", 0.4, width]), (15, width)),
                "line-dasharray": dash_of(ZONE, kind),
                "line-opacity": by_zoom((9, 0.5), (12, 1)),
            },
        ),
    ]


def _parcel_layers() -> list[StyleLayer]:
    readiness = ["get", "readiness"]
    return [
        _tile_layer(
            "parcel-fill",
            "parcel",
            "fill",
            minzoom=PARCELS_FROM_ZOOM,
            paint={"fill-color": fill_of(READINESS, readiness), "fill-antialias": False},
        ),
        _tile_layer(
            "parcel-hatch",
            "parcel",
            "fill",
            minzoom=HATCH_PARCELS_FROM_ZOOM,
            paint={"fill-pattern": image_of("hatch", "readiness", readiness)},
        ),
        _tile_layer(
            "parcel-line",
            "parcel",
            "line",
            minzoom=12,
            paint={
                "line-color": stroke_of(READINESS, readiness),
                "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.2, 15, 0.8, 17, 1.4],
            },
        ),
        *_parcel_marks(),
    ]


def _parcel_marks() -> list[StyleLayer]:
    held = ["==", ["to-string", ["get", "held"]], "true"]
    dashes = {"line-color": "#6A1B9A", "line-width": 2.4, "line-dasharray": [1.5, 1]}
    return [
        _tile_layer("parcel-held", "parcel", "line", minzoom=11, filter=held, paint=dashes),
        {
            **_label("parcel-label", {"source": "parcel", "source-layer": "parcel"}, 10.5, "#39424E"),
            "minzoom": 15.5,
            "layout": {"text-field": ["get", "parcel_no"], "text-font": FONTS, "text-size": 10.5},
        },
    ]


def _park_layers() -> list[StyleLayer]:
    level = ["get", "level"]
    return [
        _tile_layer(
            "park-fill",
            "park",
            "fill",
            paint={"fill-color": fill_of(PARK, level), "fill-opacity": ["step", ["zoom"], 0.55, 12, 0.25, 14, 0.1]},
        ),
        _border("park", PARK, level),
    ]


_WAY_WIDTHS = ((8, 4.5), (12, 7.5), (16, 13))
_IS_LINE = ["in", ["geometry-type"], ["literal", ["LineString", "MultiLineString"]]]
_IS_AREA = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]]
_ROOT_OF_TOTAL = ["sqrt", ["max", 0, ["to-number", ["get", "total_wan"], 0]]]
# The circle's width goes with the root of the total investment: 1 亿 → 12 px, 10 亿 → 20 px, 100 亿 → 42 px
# (the image is 30 px across). The page's legend shows these sizes, so they are the same at every zoom.
_CIRCLE_SIZE = ["interpolate", ["linear"], _ROOT_OF_TOTAL, 0, 0.3, 100, 0.4, 316, 0.66, 1000, 1.4]


def _badge_size() -> Expression:
    """Sized by investment when zoomed out; a small badge on the polygon when zoomed in."""
    return [
        "interpolate",
        ["linear"],
        ["zoom"],
        BADGES_SHRINK_AT_ZOOM,
        _CIRCLE_SIZE,
        BADGES_SHRINK_AT_ZOOM + 1,
        ["case", ["get", "is_point"], _CIRCLE_SIZE, 0.56],
    ]


def _project_layers() -> list[StyleLayer]:
    return [
        {"id": "project-fill", "source": "project", "type": "fill", "filter": _IS_AREA, "paint": {}},
        {"id": "project-hatch", "source": "project", "type": "fill", "filter": _IS_AREA, "paint": {}},
        {
            "id": "project-line",
            "source": "project",
            "type": "line",
            "filter": _IS_AREA,
            "paint": {"line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 13, 1.6, 16, 2.6]},
        },
        {
            "id": "project-casing",
            "source": "project",
            "type": "line",
            "filter": _IS_LINE,
            "layout": {"line-cap": "round", "line-join": "round"},
            "paint": {"line-width": by_zoom(*_WAY_WIDTHS)},
        },
        {
            "id": "project-way",
            "source": "project",
            "type": "line",
            "filter": _IS_LINE,
            "layout": {"line-cap": "round", "line-join": "round"},
            "paint": {"line-width": ["interpolate", ["linear"], ["zoom"], 8, 2.5, 12, 4.5, 16, 9]},
        },
    ]


def _badge_layers() -> list[StyleLayer]:
    return [
        {
            "id": "project-badge",
            "source": "project_point",
            "type": "symbol",
            "layout": {
                "icon-size": _badge_size(),
                "icon-allow-overlap": True,
                "icon-ignore-placement": True,
                "symbol-sort-key": ["-", 0, ["to-number", ["get", "total_wan"], 0]],
            },
        },
    ]


def _label_layers() -> list[StyleLayer]:
    town_size = ["interpolate", ["linear"], ["zoom"], 8, 11, 12, 14, 14, 16]
    labels = [
        {
            **_label("town-label", {"source": "town_point"}, town_size, "#5A6675", **{"text-letter-spacing": 0.18}),
            "filter": ["==", ["get", "level"], "town"],
            "maxzoom": 14,
        },
        {**_label("park-label", {"source": "park_point"}, 12, "#3B3180"), "minzoom": 10, "maxzoom": 15},
        {
            **_label(
                "project-label",
                {"source": "project_point"},
                ["interpolate", ["linear"], ["zoom"], 12, 11.5, 15, 13.5],
                INK,
                **{"text-anchor": "top", "text-offset": [0, 0.9], "text-optional": True},
            ),
            "minzoom": 12,
        },
    ]
    labels[1]["paint"] = {**labels[1]["paint"], "text-halo-width": 1.6}
    return labels


def _only(key: str, value: str = "") -> Expression:
    """The filter that lets one key pass; at first none."""
    return ["==", ["get", key], value]


def _mark_layers() -> list[StyleLayer]:
    """Outlines of what is selected, pointed at, and holding the selected project up; the page sets their filters."""
    selected = {"line-color": _SELECTED, "line-width": 3}
    blocking = {"line-color": "#B3261E", "line-width": 2.2, "line-dasharray": [2, 1]}
    keys = {"town": "code", "zone": "zone_no", "park": "code", "parcel": "parcel_no"}
    return [
        *(_tile_layer(f"{s}-selected", s, "line", filter=_only(key), paint=selected) for s, key in keys.items()),
        _tile_layer("parcel-blocking", "parcel", "line", filter=_only("parcel_no"), paint=blocking),
        _project_outline("project-selected", _SELECTED, 3.4),
        _project_outline("project-hover", INK, 2.4),
    ]


def _project_outline(id_: str, colour: str, width: float) -> StyleLayer:
    # A road keeps its colour between two lines.
    beside_way = by_zoom(*((zoom, ["case", _IS_LINE, across, 0]) for zoom, across in _WAY_WIDTHS))
    paint = {"line-color": colour, "line-width": width, "line-gap-width": beside_way}
    return {"id": id_, "source": "project", "type": "line", "filter": _only("code"), "paint": paint}


def _rings() -> list[StyleLayer]:
    """Rings around the badge of what is pointed at and what is selected."""
    radius = ["interpolate", ["linear"], _ROOT_OF_TOTAL, 0, 8, 100, 9, 316, 13, 1000, 24]
    return [
        {
            "id": f"project-ring-{name}",
            "source": "project_point",
            "type": "circle",
            "filter": ["==", ["get", "code"], ""],
            "paint": {
                "circle-radius": radius,
                "circle-opacity": 0,
                "circle-stroke-color": colour,
                "circle-stroke-width": width,
            },
        }
        for name, colour, width in (("hover", INK, 2), ("selected", _SELECTED, 3))
    ]


# What one thing of each layer is called.
THINGS: dict[str, Words] = {
    "project": Words("项目", "project"),
    "parcel": Words("地块", "parcel"),
    "park": Words("园区", "park"),
    "zone": Words("管控区", "constraint zone"),
    "town": Words("行政区", "town"),
}

GROUPS: dict[str, tuple[str, ...]] = {
    "town": ("town-fill", "town-line", "town-label", "town-selected"),
    "zone": ("zone-fill", "zone-hatch", "zone-line", "zone-selected"),
    "park": ("park-fill", "park-line", "park-label", "park-selected"),
    "parcel": (
        "parcel-fill",
        "parcel-hatch",
        "parcel-line",
        "parcel-held",
        "parcel-label",
        "parcel-selected",
        "parcel-blocking",
    ),
    "project": (
        "project-fill",
        "project-hatch",
        "project-line",
        "project-casing",
        "project-way",
        "project-badge",
        "project-label",
        "project-selected",
        "project-hover",
        "project-ring-hover",
        "project-ring-selected",
    ),
}

_EMPTY = {"type": "FeatureCollection", "features": []}


def _sources() -> dict[str, dict[str, Any]]:
    tiled = {
        name: {"type": "vector", "tiles": [f"/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt"], "maxzoom": TILE_MAX_ZOOM}
        for name in TILED
    }
    tiled["parcel"]["minzoom"] = PARCELS_FROM_ZOOM
    local = {name: {"type": "geojson", "data": _EMPTY} for name in ("project_point", "town_point", "park_point")}
    # Simplification would open gaps between a footprint and its parcels.
    project = {"project": {"type": "geojson", "data": _EMPTY, "tolerance": 0.2}}
    return {**tiled, **project, **local}


def _painted(layer: StyleLayer, paints: dict[str, dict[str, Any]]) -> StyleLayer:
    """``layer`` with its first colouring already on, so that nothing flashes by unpainted."""
    given = paints.get(layer["id"], {})
    paint = {name: value for name, value in given.items() if not name.startswith("icon-")}
    layout = {name: value for name, value in given.items() if name.startswith("icon-")}
    return {
        **layer,
        "paint": {**layer.get("paint", {}), **paint},
        "layout": {**layer.get("layout", {}), **layout},
    }


def wall_style(by: str = "lamp") -> dict[str, Any]:
    """The MapLibre style with colouring ``by`` on; an unknown one is the first."""
    colouring = next((c for c in COLOURINGS if c.code == by), COLOURINGS[0])
    paints = repaint(colouring)
    layers = [
        *_town_layers()[:1],
        *_zone_layers(),
        *_park_layers(),
        *_parcel_layers(),
        *_town_layers()[1:],
        *_project_layers(),
        *_mark_layers(),
        *_badge_layers(),
        *_rings(),
        *_label_layers(),
    ]
    return {"version": 8, "sources": _sources(), "layers": [_painted(layer, paints) for layer in layers]}
