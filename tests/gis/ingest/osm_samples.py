"""OpenStreetMap extracts written by hand: nodes in metres from a corner of EPSG:4547."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from gis.crs import lonlat_of

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 4_000_000.0
Tags = Mapping[str, str]


def way(number: int, nodes: str, **tags: str) -> str:
    """A way through nodes ("1 2 3"); a secondary road unless it says otherwise (``__`` for a colon)."""
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes.split())
    return f'<way id="{number}">{refs}{_tags({"highway": "secondary", **tags})}</way>'


def turn(number: int, kind: str, members: str, **tags: str) -> str:
    """A restriction; members as "w11 n3 w12" (from, via, to; more vias and tos in order of from, via …, to)."""
    parts = members.split()
    roles = ["from", *["via"] * (len(parts) - 2), "to"]
    refs = "".join(
        f'<member type="{"node" if part[0] == "n" else "way"}" ref="{part[1:]}" role="{role}"/>'
        for part, role in zip(parts, roles, strict=True)
    )
    return f'<relation id="{number}">{refs}{_tags({"type": "restriction", "restriction": kind, **tags})}</relation>'


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k.replace('__', ':'))} v={quoteattr(v)}/>" for k, v in tags.items() if v)


def extract(
    folder: Path, places: Mapping[int, tuple[float, float]], *things: str, nodes: Mapping[int, Tags] | None = None
) -> Path:
    """A file roads.osm of these nodes (with tags of their own) and things."""
    degrees = lonlat_of(np.array(list(places.values())) + np.array((EAST, NORTH)), CRS).tolist()
    written = [
        f'<node id="{number}" lon="{lon:.9f}" lat="{lat:.9f}">{_tags((nodes or {}).get(number, {}))}</node>'
        for number, (lon, lat) in zip(places, degrees, strict=True)
    ]
    path = folder / "roads.osm"
    path.write_text('<osm version="0.6">\n' + "\n".join((*written, *things)) + "\n</osm>\n", encoding="utf-8")
    return path
