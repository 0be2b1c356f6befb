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

from gis.maps.rings import Flags, Ints, Outlines, Rings, rings_of, rings_of_boxes, starts, sums

EXTENT = 4096
Value = str | bool | int | float
Words = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

_MOVE_TO_ONE = (1 << 3) | 1
_LINE_TO = 2
_CLOSE_PATH = (1 << 3) | 7
# Keys of fields (number << 3 | wire type), each of one byte: of a layer 2 a feature and 4 a value; of a feature 2 tags,
# 3 type with its value 3 POLYGON, 4 geometry; of a value 1 a text.
_FEATURE, _VALUE = 0x12, 0x22
_TAGS, _TYPE, _POLYGON, _GEOMETRY = 0x12, 0x18, 3, 0x22
_TEXT = 0x0A
_SHORT = 0x80 - 2  # bytes of a text whose message's length takes one byte


@dataclass(frozen=True, slots=True)
class Coded:
    """A column: the place of each row's value among the distinct ``values``, -1 where it has none."""

    places: Ints
    values: Sequence[Value] | pa.StringArray

    def followed_by(self, places: Ints) -> Coded:
        """With more rows."""
        return Coded(np.concatenate((self.places, places)), self.values)


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
        added.append(_features(rings_of_boxes(feature.boxes), np.array([tags])))
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
    """Features, each with its key. ``tags`` (all features, any): their words, -1 where there is none."""
    opens = np.diff(rings.feature, prepend=-1) != 0
    words, of_feature = _geometry_words(rings, opens)
    data, in_data = _side_by_side(words)
    size = sums(_count(in_data), of_feature)
    heads, is_written = _heads(tags[rings.feature[opens]], size)
    # By turns the head of a feature and its geometry.
    turns = np.column_stack((_count(is_written), size)).ravel()
    is_head = np.repeat(np.tile([True, False], len(size)), turns)
    features = np.empty(len(is_head), dtype=np.uint8)
    features[is_head] = heads[is_written]
    features[~is_head] = data[in_data]
    return features.tobytes()


def _heads(tags: npt.NDArray[np.integer], size: Ints) -> tuple[Bytes, Flags]:
    """What stands before each feature's geometry of so many bytes: (features, any) bytes, and which are written."""
    in_tags, is_tag = _joined([_side_by_side(column) for column in tags.T if column.max() >= 0], len(size))
    tags_size = _count(is_tag)
    tagged = tags_size > 0
    tags_field = np.where(tagged, 1 + _width(tags_size) + tags_size, 0)
    pieces = [
        _same(_FEATURE, len(size)),
        _side_by_side(tags_field + 3 + _width(size) + size),
        _side_by_side(np.where(tagged, _TAGS, -1)),
        _side_by_side(np.where(tagged, tags_size, -1)),
        (in_tags, is_tag),
        _same(_TYPE, len(size)),
        _same(_POLYGON, len(size)),
        _same(_GEOMETRY, len(size)),
        _side_by_side(size),
    ]
    return _joined(pieces, len(size))


def _joined(pieces: list[tuple[Bytes, Flags]], rows: int) -> tuple[Bytes, Flags]:
    """Side by side."""
    none = np.empty((rows, 0), dtype=np.uint8)
    return (
        np.concatenate([none, *(data for data, _ in pieces)], axis=1),
        np.concatenate([none.astype(bool), *(is_written for _, is_written in pieces)], axis=1),
    )


def _count(flags: Flags) -> Ints:
    """How many of each row stand: numpy's own sum of rows so short takes ten times as long."""
    count = np.zeros(len(flags), dtype=np.int64)
    for column in flags.T:
        count += column
    return count


def _same(byte: int, size: int) -> tuple[Bytes, Flags]:
    """One byte for each."""
    return np.full((size, 1), byte, dtype=np.uint8), np.ones((size, 1), dtype=bool)


def _side_by_side(numbers: npt.NDArray[np.integer]) -> tuple[Bytes, Flags]:
    """Numbers as varints of as many bytes as the largest needs (n, bytes), and which are written; none of -1."""
    across = max(-(-int(numbers.max(initial=0)).bit_length() // 7), 1)
    data, is_written = np.empty((len(numbers), across), dtype=np.uint8), np.empty((len(numbers), across), dtype=bool)
    goes_on = numbers >= 0
    for step in range(across):
        is_written[:, step] = goes_on
        goes_on = numbers >= 1 << 7 * (step + 1)
        data[:, step] = (numbers >> 7 * step & 0x7F) | (goes_on.view(np.uint8) << 7)
    return data, is_written


def _geometry_words(rings: Rings, opens: Flags) -> tuple[Words, Ints]:
    """The command integers of all features, and how many of them are each feature's."""
    of_ring = 2 * rings.length + 3  # MoveTo x y · LineTo (x y)… · ClosePath
    first = starts(of_ring)
    words = np.empty(int(of_ring.sum()), dtype=np.uint32)
    words[first] = _MOVE_TO_ONE
    words[first + 3] = (rings.length - 1) << 3 | _LINE_TO
    words[first + of_ring - 1] = _CLOSE_PATH
    at = np.repeat(first + 2 - 2 * starts(rings.length), rings.length)
    at += np.arange(0, 2 * len(rings.x), 2)
    at[starts(rings.length)] -= 1  # before the LineTo word
    words[at] = _zigzag(_steps(rings.x, rings, opens))
    words[at + 1] = _zigzag(_steps(rings.y, rings, opens))
    return words, np.add.reduceat(of_ring, np.flatnonzero(opens))


def _steps(along: Ints, rings: Rings, opens: Flags) -> Ints:
    """Each point less the one before it in its feature; the first of a feature counts from 0."""
    steps = np.diff(along, prepend=0)
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
    """The (key, value) index pairs of the features, -1 for a missing one, and the layer's values."""
    tags = np.full((features, 2 * len(columns)), -1, dtype=np.int32)
    values = _ValueTable()
    # Columns of few distinct values first: small indices take one byte.
    for key, column in sorted(enumerate(columns.values()), key=lambda item: len(item[1].values)):
        places = column.places
        tags[:, 2 * key] = np.where(places >= 0, key, -1)
        tags[:, 2 * key + 1] = np.append(values.places_of(column.values), -1)[places]  # -1 is the last
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
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    size = np.diff(ends)
    if size.max(initial=0) >= _SHORT:
        return b"".join(_bytes_field(_VALUE >> 3, _value_message(text)) for text in texts.to_pylist())
    heads = np.empty((len(texts), 4), dtype=np.uint8)
    heads[:, 0], heads[:, 1], heads[:, 2], heads[:, 3] = _VALUE, size + 2, _TEXT, size
    is_head = np.repeat(np.tile([True, False], len(size)), np.column_stack((np.full(len(size), 4), size)).ravel())
    fields = np.empty(len(is_head), dtype=np.uint8)
    fields[is_head] = heads.ravel()
    fields[~is_head] = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[ends[0] : ends[-1]]
    return fields.tobytes()


# --- bytes ------------------------------------------------------------------------------------------


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
