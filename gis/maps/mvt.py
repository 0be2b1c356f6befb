"""
Mapbox Vector Tile 2.1 encoding of polygon layers, over arrays instead of feature by feature.

Why not the library: docs/decisions/0003-vector-tiles.md. The library's decoder is the tests' oracle.
Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis.maps.rings import Flags, Ints, Outlines, Rings, rings_of, rings_of_boxes, starts, sums

EXTENT = 4096
Value = str | bool | int | float
Bytes = npt.NDArray[np.uint8]

_MOVE_TO_ONE = (1 << 3) | 1
_LINE_TO = 2
_CLOSE_PATH = (1 << 3) | 7
# Keys of fields (number << 3 | wire type), each of one byte: of a layer 2 a feature and 4 a value; of a feature 2 tags,
# 3 type with its value 3 POLYGON, 4 geometry; of a value 1 a text.
_FEATURE, _VALUE = 0x12, 0x22
_TAGS, _TYPE, _POLYGON, _GEOMETRY = 0x12, 0x18, 3, 0x22
_TEXT = 0x0A


@dataclass(frozen=True, slots=True)
class Coded:
    """A column: the place of each row's value among the distinct ``values``, -1 where it has none."""

    places: Ints
    values: Sequence[Value] | pa.StringArray

    def followed_by(self, places: Ints) -> Coded:
        """With more rows."""
        return Coded(np.concatenate((self.places, places)), self.values)

    def of_rows(self, rows: Ints) -> Coded:
        """Row i is the one that stood at ``rows[i]``."""
        return Coded(self.places[rows], self.values)


Column = Sequence[Value | None] | Coded


def coded(column: Column) -> Coded:
    """The column as places in its distinct values; ``True`` and ``1`` are two values."""
    if isinstance(column, Coded):
        return column
    places, distinct = pd.factorize(np.array(column, dtype=object))
    return Coded(places, distinct.tolist())


def encode_polygons(name: str, geometries: npt.NDArray[np.object_], attributes: Mapping[str, Column]) -> bytes:
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
    return encode_outlines(name, Outlines.of(geometries), attributes, len(geometries))


def encode_outlines(name: str, outlines: Outlines, attributes: Mapping[str, Column], features: int) -> bytes:
    """The same of the outlines of so many ``features``, each of which is a place in the attributes."""
    rings = rings_of(outlines)
    if not len(rings.length):
        return b""
    tags, values = _tags({key: coded(column) for key, column in attributes.items()}, features)
    body = [_text_field(1, name), _features(rings, tags)]
    body += [_text_field(3, key) for key in attributes]
    body += [*values, _varint_field(5, EXTENT), _varint_field(15, 2)]
    return b"".join((_varint(3 << 3 | 2), _varint(sum(map(len, body))), *body))


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
        tags = []
        for key, value in feature.attributes.items():
            tags += [
                _place(keys, _text_field(3, key), added),
                _place(values, _bytes_field(4, _value_message(value)), added),
            ]
        added.append(_features(rings_of_boxes(feature.boxes), np.array(tags)[:, None]))
    body += b"".join(added)
    return _bytes_field(3, body) if data or added else b""


def _place(table: list[bytes], field: bytes, added: list[bytes]) -> int:
    """The place of a key or value in its table; added to both where it is new."""
    if field not in table:
        table.append(field)
        added.append(field)
    return table.index(field)


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


# --- features ---------------------------------------------------------------------------------------


def _features(rings: Rings, tags: npt.NDArray[np.integer]) -> bytes:
    """Features, each with its key. ``tags`` (any, all features): their words, -1 where there is none."""
    opens = np.diff(rings.feature, prepend=-1) != 0
    geometry, size = _geometry(rings, opens)
    return _by_turns(_heads(tags[:, rings.feature[opens]], size), _binary(geometry, size))


def _geometry(rings: Rings, opens: Flags) -> tuple[Bytes, Ints]:
    """The commands of all features, and how many bytes of them are each feature's."""
    first = starts(rings.length)
    line_to = np.full(len(rings.x), -1)
    line_to[first] = (rings.length - 1) << 3 | _LINE_TO
    points = _Lanes(len(rings.x))
    points.add_byte(_MOVE_TO_ONE, first)
    points.add(_zigzag(_steps(rings.x, rings, opens)))
    points.add(_zigzag(_steps(rings.y, rings, opens)))
    points.add(line_to)
    points.add_byte(_CLOSE_PATH, first + rings.length - 1)
    return points.written(), sums(points.size, np.add.reduceat(rings.length, np.flatnonzero(opens)))


def _heads(tags: npt.NDArray[np.integer], size: Ints) -> pa.BinaryArray:
    """What stands before each feature's geometry of so many bytes."""
    tags_size = np.zeros(len(size), dtype=np.int64)
    for column in tags:
        tags_size += np.where(column >= 0, _width(column), 0)
    tagged = np.flatnonzero(tags_size)
    heads = _Lanes(len(size))
    heads.add_byte(_FEATURE)
    heads.add(np.where(tags_size > 0, 1 + _width(tags_size) + tags_size, 0) + 3 + _width(size) + size)
    heads.add_byte(_TAGS, tagged)
    heads.add(np.where(tags_size > 0, tags_size, -1))
    for column in tags:
        heads.add(column)
    for byte in (_TYPE, _POLYGON, _GEOMETRY):
        heads.add_byte(byte)
    heads.add(size)
    return _binary(heads.written(), heads.size)


class _Lanes:
    """Rows of bytes, put together column by column; some have no byte in a column."""

    def __init__(self, rows: int) -> None:
        self._data: list[Bytes] = []
        self._is_written: list[Flags] = []
        self.size = np.zeros(rows, dtype=np.int64)

    def add_byte(self, byte: int, rows: Ints | None = None) -> None:
        """One byte for these rows; None: for all."""
        is_written = np.full(len(self.size), rows is None)
        if rows is not None:
            is_written[rows] = True
        self._add(np.full(len(self.size), byte, dtype=np.uint8), is_written)

    def add(self, numbers: npt.NDArray[np.integer]) -> None:
        """A number for each row as a varint; -1: none."""
        goes_on, rest = numbers >= 0, numbers
        for _ in range(max(-(-int(numbers.max(initial=0)).bit_length() // 7), 1)):
            is_written, goes_on = goes_on, rest > 0x7F
            data = rest.astype(np.uint8)
            data &= 0x7F
            data |= goes_on.view(np.uint8) << 7
            self._add(data, is_written)
            rest = rest >> 7

    def _add(self, data: Bytes, is_written: Flags) -> None:
        self._data.append(data)
        self._is_written.append(is_written)
        self.size += is_written

    def written(self) -> Bytes:
        """The rows one after the other."""
        # By places: by flags it takes twice as long.
        at = np.flatnonzero(np.stack(self._is_written, axis=1))
        return np.stack(self._data, axis=1).ravel().take(at)


def _steps(along: Ints, rings: Rings, opens: Flags) -> Ints:
    """Each point less the one before it in its feature; the first of a feature counts from 0."""
    steps = np.diff(along, prepend=along.dtype.type(0))
    at = starts(rings.length)[opens]
    steps[at] = along[at]
    return steps


def _zigzag(numbers: Ints) -> Ints:
    return (numbers << 1) ^ (numbers >> numbers.itemsize * 8 - 1)


# --- attributes -------------------------------------------------------------------------------------


def _value_message(value: Value) -> bytes:
    if isinstance(value, bool):
        return _varint_field(7, int(value))
    if isinstance(value, int):
        return _varint_field(6, value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    return _text_field(1, value)


def _tags(columns: Mapping[str, Coded], features: int) -> tuple[npt.NDArray[np.int32], list[bytes]]:
    """Keys and values of the features by turns (any, features), -1 for a missing one, and the layer's values."""
    tags = np.full((2 * len(columns), features), -1, dtype=np.int32)
    values = _ValueTable()
    # Columns of few distinct values first: small indices take one byte.
    for key, column in sorted(enumerate(columns.values()), key=lambda item: len(item[1].values)):
        places = column.places
        tags[2 * key] = np.where(places >= 0, key, -1)
        tags[2 * key + 1] = np.append(values.places_of(column.values), -1)[places]  # -1 is the last
    return tags, values.fields


class _ValueTable:
    """The layer's values, each encoded once: of the texts that come by the thousand, each once a column."""

    def __init__(self) -> None:
        self.fields: list[bytes] = []
        self._size = 0
        self._places: dict[tuple[type, Value], int] = {}

    def places_of(self, values: Sequence[Value] | pa.StringArray) -> Ints:
        """Their places in the table, where they stand from now on."""
        if isinstance(values, pa.StringArray):
            self.fields.append(_text_values(values))
            self._size += len(values)
            return np.arange(self._size - len(values), self._size)
        return np.array([self._place_of(value) for value in values], dtype=np.int64)

    def _place_of(self, value: Value) -> int:
        key = (type(value), value)
        if key not in self._places:
            self._places[key] = self._size
            self._size += 1
            self.fields.append(_bytes_field(_VALUE >> 3, _value_message(value)))
        return self._places[key]


def _text_values(texts: pa.StringArray) -> bytes:
    """The fields of texts, none missing."""
    size = np.diff(np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1])
    heads = _Lanes(len(texts))
    heads.add_byte(_VALUE)
    heads.add(size + 1 + _width(size))
    heads.add_byte(_TEXT)
    heads.add(size)
    return _by_turns(_binary(heads.written(), heads.size), texts.cast(pa.binary()))


# --- bytes ------------------------------------------------------------------------------------------


def _binary(data: Bytes, size: Ints) -> pa.BinaryArray:
    """Rows of so many bytes, one after the other."""
    ends = np.zeros(len(size) + 1, dtype=np.int32)
    np.cumsum(size, out=ends[1:])
    return pa.Array.from_buffers(pa.binary(), len(size), [None, pa.py_buffer(ends), pa.py_buffer(data)])


def _by_turns(heads: pa.BinaryArray, bodies: pa.BinaryArray) -> bytes:
    """The first row of one, the first row of the other, the second row of one …"""
    joined = pc.binary_join_element_wise(heads, bodies, b"")
    data: bytes = joined.buffers()[2].slice(0, joined.total_values_length).to_pybytes()
    return data


def _width(numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Bytes of each number as a varint."""
    width = np.ones(numbers.shape, dtype=np.uint8)
    for bits in range(7, max(int(numbers.max(initial=0)).bit_length(), 1), 7):
        width += numbers >= 1 << bits
    return width


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
