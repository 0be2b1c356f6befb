"""
Mapbox Vector Tile 2.1 encoding of polygon layers, over arrays instead of feature by feature.

Why not the library: docs/decisions/0003-vector-tiles.md. The library's decoder is the tests' oracle.
Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

EXTENT = 4096
Value = str | bool | int | float
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_MOVE_TO_ONE = (1 << 3) | 1
_LINE_TO = 2
_CLOSE_PATH = (1 << 3) | 7
# Keys of a feature's fields (number << 3 | wire type): 2 tags, 3 type with its value 3 POLYGON, 4 geometry.
_TAGS, _TYPE_POLYGON, _GEOMETRY = b"\x12", b"\x18\x03", b"\x22"


@dataclass(frozen=True, slots=True)
class _Rings:
    """
    Rings of whole tile units, ready to be written: no repeated point, no closing point.

    ``points`` (n, 2); ``start`` and ``length`` of each ring in it; ``feature`` that each ring belongs to,
    ascending. Outer rings come before their holes and turn clockwise on the screen.
    """

    points: Ints
    start: Ints
    length: Ints
    feature: Ints


def encode_polygons(
    name: str, geometries: npt.NDArray[np.object_], attributes: Mapping[str, Sequence[Value | None]]
) -> bytes:
    """
    One layer of polygons as the bytes of a vector tile; tiles are joined by joining their bytes.

    Parameters
    ----------
    name
        The layer's name.
    geometries
        Polygons and MultiPolygons in tile units: x to the right, y down, 0 … 4096 inside the tile.
        None and empty ones are left out, as is what has no area once rounded to whole units.
    attributes
        For each key one value a geometry, all of one type; None is not written.

    Returns
    -------
    bytes
        Empty where no geometry is left.
    """
    rings = _rings_of(geometries)
    if not len(rings.start):
        return b""
    shapes = _geometry_messages(rings, len(geometries))
    values = _ValueTable()
    tags = _tag_messages(attributes, len(geometries), values)
    body = [_text_field(1, name)]
    body += [_feature(tags[i], shapes[i]) for i in np.unique(rings.feature).tolist()]
    body += [_text_field(3, key) for key in attributes]
    body += [_bytes_field(4, value) for value in values.messages]
    body += [_varint_field(5, EXTENT), _varint_field(15, 2)]
    return _bytes_field(3, b"".join(body))


@dataclass(frozen=True, slots=True)
class Rectangles:
    """One feature of upright rectangles: ``boxes`` (n, 4) left, top, right, bottom in units, and its attributes."""

    boxes: Ints
    attributes: Mapping[str, Value]


def with_rectangles(data: bytes, name: str, features: Sequence[Rectangles]) -> bytes:
    """
    The one layer in ``data`` (or a new one called ``name``, where it is empty) with these features added.

    A message's repeated fields may stand in any order, so that what is there stays as it is, byte for byte.
    """
    body = _layer_of(data) if data else b"".join(_closing(name))
    keys, values = _tables_of(body)
    added: list[bytes] = []
    for feature in features:
        if not len(feature.boxes):
            continue
        (shape,) = _geometry_messages(_rings_of_boxes(feature.boxes), 1)
        tags = []
        for key, value in feature.attributes.items():
            tags += [
                _place(keys, _text_field(3, key), added),
                _place(values, _bytes_field(4, _value_message(value)), added),
            ]
        added.append(_feature(b"".join(map(_varint, tags)), shape))
    body += b"".join(added)
    return _bytes_field(3, body) if data or added else b""


def _place(table: list[bytes], field: bytes, added: list[bytes]) -> int:
    """The place of a key or value in its table; added to both where it is new."""
    if field not in table:
        table.append(field)
        added.append(field)
    return table.index(field)


def _rings_of_boxes(boxes: Ints) -> _Rings:
    left, top, right, bottom = boxes.T
    points = np.stack([left, top, right, top, right, bottom, left, bottom], axis=1).reshape(-1, 2)
    length = np.full(len(boxes), 4, dtype=np.int64)
    return _Rings(points, _starts(length), length, np.zeros(len(boxes), dtype=np.int64))


def _layer_of(data: bytes) -> bytes:
    """The body of the first layer of a tile."""
    (field, start, end) = next(_fields(data))
    if field != 3:
        raise ValueError("not a vector tile")
    return data[start:end]


def _tables_of(body: bytes) -> tuple[list[bytes], list[bytes]]:
    """The keys and the values of a layer as the fields that hold them."""
    keys, values = [], []
    for field, start, end in _fields(body):
        if field == 3:
            keys.append(_bytes_field(3, body[start:end]))
        elif field == 4:
            values.append(_bytes_field(4, body[start:end]))
    return keys, values


def _fields(message: bytes) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each field of a message that has numbers and length-delimited fields only."""
    at, size = 0, len(message)
    while at < size:
        key, at = _read_varint(message, at)
        if key & 7 == 0:
            start = at
            _, at = _read_varint(message, at)
        else:
            length, start = _read_varint(message, at)
            at = start + length
        yield key >> 3, start, at


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def _closing(name: str) -> list[bytes]:
    """What a layer without features says of itself."""
    return [_text_field(1, name), _varint_field(5, EXTENT), _varint_field(15, 2)]


def _feature(tags: bytes, geometry: bytes) -> bytes:
    body = _TYPE_POLYGON + _GEOMETRY + _varint(len(geometry)) + geometry
    if tags:
        body = _TAGS + _varint(len(tags)) + tags + body
    return b"\x12" + _varint(len(body)) + body


# --- geometry ---------------------------------------------------------------------------------------


def _rings_of(geometries: npt.NDArray[np.object_]) -> _Rings:
    parts, feature_of_part = shapely.get_parts(geometries, return_index=True)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, feature_of_part = parts[is_polygon], feature_of_part[is_polygon]
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    coordinates, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    points = np.rint(coordinates).astype(np.int64)
    points, ring_of_point = _without_repeats(points, ring_of_point)
    length = np.bincount(ring_of_point, minlength=len(rings))
    doubled_area = _doubled_areas(points, ring_of_point, length)
    is_outer = np.diff(part_of_ring, prepend=-1) != 0
    kept = _kept_rings(doubled_area, is_outer, part_of_ring)
    backwards = (doubled_area > 0) != is_outer
    points = _turned(points, length, backwards)[kept[ring_of_point]]
    length = length[kept]
    return _Rings(points, _starts(length), length, feature_of_part[part_of_ring[kept]])


def _without_repeats(points: Ints, ring: Ints) -> tuple[Ints, Ints]:
    """Each point that differs from the next one of its ring; the closing point, which repeats the first, goes."""
    is_last = np.diff(ring, append=-1) != 0
    following = np.roll(points, -1, axis=0)
    kept = ~is_last & (points != following).any(axis=1)
    return points[kept], ring[kept]


def _doubled_areas(points: Ints, ring: Ints, length: Ints) -> Ints:
    """Twice each ring's signed area by the surveyor's formula; positive turns clockwise where y points down."""
    if not len(points):
        return np.zeros(len(length), dtype=np.int64)
    following = points[_next_in_ring(length)]
    cross = points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]
    areas = np.zeros(len(length), dtype=np.int64)
    np.add.at(areas, ring, cross)
    return areas


def _next_in_ring(length: Ints) -> Ints:
    """For each point the index of the next one, the ring's first for its last. Rings may be empty."""
    following = np.arange(1, length.sum() + 1)
    filled = length > 0
    ends = np.cumsum(length)[filled] - 1
    following[ends] = _starts(length)[filled]
    return following


def _kept_rings(doubled_area: Ints, is_outer: Flags, part: Ints) -> Flags:
    """Rings that have an area and whose outer ring has one."""
    has_area = doubled_area != 0
    part_lives = np.zeros(int(part.max(initial=-1)) + 1, dtype=bool)
    part_lives[part[is_outer & has_area]] = True
    kept: Flags = has_area & part_lives[part]
    return kept


def _turned(points: Ints, length: Ints, backwards: Flags) -> Ints:
    """The points with those rings turned round."""
    start = _starts(length)
    offset = np.arange(len(points)) - np.repeat(start, length)
    mirrored = np.repeat(length, length) - 1 - offset
    return points[np.repeat(start, length) + np.where(np.repeat(backwards, length), mirrored, offset)]


def _starts(length: Ints) -> Ints:
    return np.cumsum(length) - length


def _geometry_messages(rings: _Rings, features: int) -> list[bytes]:
    """The packed command integers of each feature, empty for a feature without a ring."""
    words_of_ring = 2 * rings.length + 3  # MoveTo x y · LineTo (x y)… · ClosePath
    first = _starts(words_of_ring)
    words = np.empty(int(words_of_ring.sum()), dtype=np.uint64)
    words[first] = _MOVE_TO_ONE
    words[first + 3] = (rings.length.astype(np.uint64) - 1) << 3 | _LINE_TO
    words[first + words_of_ring - 1] = _CLOSE_PATH
    at = np.repeat(first + 1, rings.length) + 2 * (np.arange(len(rings.points)) - np.repeat(rings.start, rings.length))
    at += np.arange(len(at)) != np.repeat(rings.start, rings.length)  # past the LineTo word
    steps = _zigzag(_steps(rings))
    words[at], words[at + 1] = steps[:, 0], steps[:, 1]
    words_of_feature = np.bincount(rings.feature, weights=words_of_ring, minlength=features).astype(np.int64)
    return _packed(words, words_of_feature)


def _steps(rings: _Rings) -> Ints:
    """Each point less the one before it in its feature; the first of a feature counts from (0, 0)."""
    steps = np.diff(rings.points, axis=0, prepend=0)
    opens_feature = np.diff(rings.feature, prepend=-1) != 0
    at = rings.start[opens_feature]
    steps[at] = rings.points[at]
    return steps


def _zigzag(numbers: Ints) -> npt.NDArray[np.uint64]:
    return ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)


# --- attributes -------------------------------------------------------------------------------------


class _ValueTable:
    """The layer's distinct values, each encoded once. ``True`` and ``1`` are two values."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self._index: dict[tuple[type, Value], int] = {}

    def index_of(self, value: Value) -> int:
        key = (type(value), value)
        if key not in self._index:
            self._index[key] = len(self.messages)
            self.messages.append(_value_message(value))
        return self._index[key]


def _value_message(value: Value) -> bytes:
    if isinstance(value, bool):
        return _varint_field(7, int(value))
    if isinstance(value, int):
        return _varint_field(6, value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    return _text_field(1, value)


def _tag_messages(attributes: Mapping[str, Sequence[Value | None]], features: int, values: _ValueTable) -> list[bytes]:
    """The packed (key, value) index pairs of each feature."""
    table = np.full((features, len(attributes)), -1, dtype=np.int64)
    found = [pd.factorize(np.array(column, dtype=object)) for column in attributes.values()]
    # Columns of few distinct values first: small indices take one byte.
    for key, (places, distinct) in sorted(enumerate(found), key=lambda item: len(item[1][1])):
        index = np.array([*(values.index_of(value) for value in distinct), -1], dtype=np.int64)
        table[:, key] = index[places]  # place -1 is a missing value, and the index's last
    present = table >= 0
    keys = np.broadcast_to(np.arange(len(attributes)), table.shape)
    pairs = np.stack([keys[present], table[present]], axis=1).ravel().astype(np.uint64)
    return _packed(pairs, 2 * present.sum(axis=1))


# --- bytes ------------------------------------------------------------------------------------------


def _packed(words: npt.NDArray[np.uint64], words_of: Ints) -> list[bytes]:
    """``words`` as varints, cut into consecutive runs of ``words_of[i]`` words."""
    width = np.ones(len(words), dtype=np.int64)
    for bits in (7, 14, 21, 28, 35):
        width += words >> np.uint64(bits) > 0
    at = _starts(width)
    data: Bytes = np.zeros(int(width.sum()), dtype=np.uint8)
    for step in range(int(width.max(initial=0))):
        has = width > step
        more = np.where(width[has] > step + 1, 0x80, 0).astype(np.uint8)
        data[at[has] + step] = (words[has] >> np.uint64(7 * step) & np.uint64(0x7F)).astype(np.uint8) | more
    ends_of_words = np.concatenate([[0], np.cumsum(width)])
    cuts = ends_of_words[np.concatenate([[0], np.cumsum(words_of)])].tolist()
    whole = data.tobytes()
    return [whole[a:b] for a, b in pairwise(cuts)]


@lru_cache(maxsize=1 << 14)  # lengths and field numbers: the same few, over and over
def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _varint_field(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes_field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text_field(field: int, text: str) -> bytes:
    return _bytes_field(field, text.encode())
