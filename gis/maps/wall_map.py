"""
The wall map as a folium map: base tiles by Leaflet, everything of Guatu's on one MapLibre GL canvas above them.

folium writes the document parts; the page puts them in its own template. No part names another host:
folium keeps its script links on the class, so this class points them at local files.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import folium
import numpy as np
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.template import Template

from gis.maps.base_maps import offered
from gis.maps.colourings import DEFAULT_COLOURING
from gis.maps.wall_layers import wall_style
from gis.model import BBox
from gis.settings import BaseMap

MIN_ZOOM, MAX_ZOOM = 6, 20
FULL_TURN_DEG, SMALLEST_DEG = 360.0, 1e-4


@dataclass(frozen=True, slots=True)
class WallView:
    """
    What the map shows first.

    ``bounds`` are longitude/latitude, None for an empty store. ``attribution`` stands in the corner of every
    map (review number, mark). ``keep_drawing`` lets the canvas be read after it was drawn, which printing needs.
    """

    bounds: BBox | None
    base_maps: tuple[BaseMap, ...] = ()
    attribution: str = ""
    by: str = DEFAULT_COLOURING
    static: str = "/static"
    keep_drawing: bool = False


@dataclass(frozen=True, slots=True)
class MapParts:
    """
    The map's parts of an HTML document: style sheets for the head, the element, and for the end of the body (so that
    the page shows before a megabyte of scripts is read) the libraries and the script that fills the element.
    """

    styles: str
    body: str
    libraries: str
    script: str


class LocalMap(folium.Map):
    """folium's map without its CDN links, jQuery, Bootstrap and icon fonts, and with the page in charge of scaling."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                { center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }} }
            );
            {{ this.get_name() }}.attributionControl.setPrefix(false);
            {{ this.get_name() }}.setMinZoom({{ this.zooms[0] }}).setMaxZoom({{ this.zooms[1] }});
            L.control.scale({ imperial: false, maxWidth: 140 }).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, static: str, zooms: tuple[int, int], **options: Any) -> None:
        super().__init__(tiles=None, **options)
        self.zooms = zooms
        vendor = f"{static}/vendor"
        self.default_js = [
            ("leaflet", f"{vendor}/leaflet/leaflet.js"),
            ("maplibre_gl", f"{vendor}/maplibre-gl/maplibre-gl-csp.js"),
            ("maplibre_gl_leaflet", f"{vendor}/maplibre-gl-leaflet/leaflet-maplibre-gl.js"),
        ]
        self.default_css = [
            ("leaflet_css", f"{vendor}/leaflet/leaflet.css"),
            ("maplibre_gl_css", f"{vendor}/maplibre-gl/maplibre-gl.css"),
        ]


class WallCanvas(MacroElement):
    """
    One MapLibre GL canvas over the base maps, in a Leaflet pane of its own.

    Hands ``window.guatuWall = {map, baseMaps, draw}`` to the page's modules: ``draw()`` puts the canvas on the map
    and gives its layer; it throws where the browser has no WebGL. The modules call it once they can answer the
    canvas's first requests for images.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = (function (map) {
                map.createPane("wall").style.zIndex = 250;
                maplibregl.setWorkerUrl({{ this.worker|tojson }});
                return L.maplibreGL({
                    style: {{ this.style|tojson }},
                    pane: "wall",
                    interactive: false,
                    attributionControl: { customAttribution: {{ this.attribution|tojson }} },
                    canvasContextAttributes: { preserveDrawingBuffer: {{ this.keep_drawing|tojson }} },
                    pixelRatio: {{ this.pixel_ratio|tojson }} || window.devicePixelRatio,
                    fadeDuration: 0,
                    transformRequest: function (url) {
                        return { url: url[0] === "/" ? location.origin + url : url };
                    },
                });
            })({{ this._parent.get_name() }});
            window.guatuWall = {
                map: {{ this._parent.get_name() }},
                baseMaps: { {% for id, tiles in this.base_maps.items() %}
                    {{ id|tojson }}: L.layerGroup([
                        {% for each in tiles %}{{ each.get_name() }}, {% endfor %}
                    ]),{% endfor %} },
                draw: function () { return {{ this.get_name() }}.addTo({{ this._parent.get_name() }}); },
            };
        {% endmacro %}
        """
    )

    def __init__(self, view: WallView, base_maps: dict[str, tuple[folium.TileLayer, ...]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "WallCanvas"
        self.worker = f"{view.static}/vendor/maplibre-gl/maplibre-gl-csp-worker.js"
        self.style = wall_style(view.by)
        self.attribution = escape(view.attribution)
        self.keep_drawing = view.keep_drawing
        # A printer has more dots than the screen.
        self.pixel_ratio = 2 if view.keep_drawing else None
        self.base_maps = base_maps


def _base_layer(base_map: BaseMap, shown: bool) -> folium.TileLayer:
    """A base map whose ``url`` is this server's own (see gis.maps.base_maps.served_here)."""
    return folium.TileLayer(
        tiles=base_map.url,
        name=base_map.id,
        attr=escape(base_map.attribution) or "&nbsp;",
        max_zoom=MAX_ZOOM,
        max_native_zoom=base_map.max_zoom,
        show=shown,
        control=False,
    )


def _stacks(view: WallView, layers: dict[str, folium.TileLayer]) -> dict[str, tuple[folium.TileLayer, ...]]:
    """Each base map that may be chosen with its labels over it."""
    return {
        base_map.id: (layers[base_map.id], *((layers[base_map.labels],) if base_map.labels in layers else ()))
        for base_map in offered(view.base_maps)
    }


def _center(bounds: BBox | None) -> tuple[float, float]:
    """Latitude and longitude; the middle of the country for an empty store."""
    if bounds is None:
        return (35.0, 105.0)
    return ((bounds.south + bounds.north) / 2, (bounds.west + bounds.east) / 2)


def _zoom(bounds: BBox | None) -> float:
    """The zoom at which the bounds fill a map of some 900 × 450 pixels; the country for an empty store."""
    if bounds is None:
        return 5
    across = FULL_TURN_DEG / max(bounds.east - bounds.west, SMALLEST_DEG) * 900 / 256
    shrunk = np.cos(np.radians((bounds.south + bounds.north) / 2))
    along = FULL_TURN_DEG * shrunk / max(bounds.north - bounds.south, SMALLEST_DEG) * 450 / 256
    return float(np.clip(np.floor(np.log2(min(across, along)) * 4) / 4, MIN_ZOOM, MAX_ZOOM))


def wall_map(view: WallView) -> folium.Map:
    """
    The map as folium knows it, with ``view.bounds`` in sight.

    Not by ``fit_bounds``: that begins with an animation, which would end after, and undo, where the page's own
    address sends the map.
    """
    drawn = LocalMap(
        view.static,
        (MIN_ZOOM if view.bounds else 3, MAX_ZOOM),
        location=_center(view.bounds),
        zoom_start=_zoom(view.bounds),
        zoom_control=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
    )
    layers = {base_map.id: _base_layer(base_map, shown=False) for base_map in view.base_maps}
    for layer in layers.values():
        layer.add_to(drawn)
    WallCanvas(view, _stacks(view, layers)).add_to(drawn)
    return drawn


def map_parts(view: WallView) -> MapParts:
    """The parts of the map for a page's template. The script is plain text, without its tag."""
    drawn = wall_map(view)
    figure = drawn.get_root()
    assert isinstance(figure, Figure)  # noqa: S101  folium puts every map in a figure
    figure.render()
    return MapParts(
        styles=_links(figure, CssLink),
        body=figure.html.render(),
        libraries=_links(figure, JavascriptLink),
        script=figure.script.render(),
    )


def _links(figure: Figure, kind: type[Element]) -> str:
    """Every link of one kind that the map's elements put in the head."""
    return "\n".join(child.render() for child in figure.header._children.values() if isinstance(child, kind))
