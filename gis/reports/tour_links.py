"""
Links that open a way on the driver's phone, and codes to take them up.

The map services of China draw in GCJ-02 (RULES §2.5), so every place is shifted first. Parameters as the services
document them: 高德 https://lbs.amap.com/api/uri-api/guide/travel/route (``to=lon,lat,name``; the way begins where the
phone is; ``coordinate=gaode``), 腾讯 https://lbs.qq.com/webApi/uriV1/uriGuide/uriWebRoute (``tocoord=lat,lon``; a phone
without ``from`` begins where it is), 百度 https://lbsyun.baidu.com/docs/webapi?title=mapadjustment/uri/web (``origin``
and ``destination`` are both required, ``coord_type=gcj02``), so that its way begins at the halt before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

import numpy as np
import segno

from gis.gcj02 import gcj02_of_wgs84
from gis.reports.tour_book import Halt, LonLat, Place, Route
from gis.words import Words

SOURCE = "guatu"
LONGEST_NAME = 40
# Addresses with Chinese names are long: with more to spare the modules would be too small for a folded page.
_ERROR_LEVEL = "m"


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A service's name and the address that opens the way there."""

    service: Words
    address: str


def navigation_links(to: Halt | Place, before: Halt | Place) -> tuple[NavigationLink, ...]:
    """The way to a place; 高德 first. ``before``: where the coach comes from."""
    lon, lat = gcj02(to.lonlat)
    from_lon, from_lat = gcj02(before.lonlat)
    name, from_name = _in_address(to.name), _in_address(before.name)
    way = f"origin=latlng:{from_lat},{from_lon}%7Cname:{from_name}&destination=latlng:{lat},{lon}%7Cname:{name}"
    return (
        NavigationLink(
            Words("高德", "Amap"),
            f"https://uri.amap.com/navigation?to={lon},{lat},{name}"
            f"&mode=car&coordinate=gaode&src={SOURCE}&callnative=1",
        ),
        NavigationLink(
            Words("百度", "Baidu"),
            f"https://api.map.baidu.com/direction?{way}&mode=driving&coord_type=gcj02&output=html"
            f"&src=webapp.{SOURCE}.{SOURCE}",
        ),
        NavigationLink(
            Words("腾讯", "Tencent"),
            f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={name}&tocoord={lat},{lon}&referer={SOURCE}",
        ),
    )


def with_links(route: Route) -> Iterator[tuple[Halt, tuple[NavigationLink, ...]]]:
    """Each halt of a route with the links of the way to it."""
    before: Halt | Place = route.start
    for halt in route.halts:
        yield halt, navigation_links(halt, before)
        before = halt


def gcj02(lonlat: LonLat) -> tuple[str, str]:
    """Longitude and latitude as those maps draw them, six digits: a tenth of a metre."""
    lon, lat = gcj02_of_wgs84(np.array([lonlat], dtype=float))[0].tolist()
    return f"{lon:.6f}", f"{lat:.6f}"


def _in_address(name: str) -> str:
    """A name as a part of an address; what parts a value in it (comma, bar, colon) has no meaning any more."""
    plain = "".join(character for character in name if character.isprintable())
    for sign, instead in ((",", "，"), ("|", "／"), (":", "：")):
        plain = plain.replace(sign, instead)
    return quote(plain[:LONGEST_NAME], safe="")


def code_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """The QR code of a text: rows of modules, dark or not, without the quiet edge of four around it."""
    return tuple(tuple(map(bool, row)) for row in segno.make_qr(text, error=_ERROR_LEVEL).matrix)


def code_png(text: str) -> bytes:
    """The QR code of a text as PNG, with its quiet edge."""
    target = BytesIO()
    segno.make_qr(text, error=_ERROR_LEVEL).save(target, kind="png", scale=8, border=4)
    return target.getvalue()


def code_svg(text: str, words: str) -> str:
    """The same as an SVG element to stand in a page; ``words`` say what it opens."""
    code = segno.make_qr(text, error=_ERROR_LEVEL)
    return str(code.svg_inline(scale=3, border=4, title=words, svgclass="qr", lineclass=None, omitsize=True))
