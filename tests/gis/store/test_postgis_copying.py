from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pandas as pd
import pytest
import shapely

from gis.store.postgis import copying
from gis.store.postgis.connections import Connection, connect

pytestmark = pytest.mark.postgis

# Every type that a store's columns have, every value missing in some row.
_ROWS = """
SELECT CASE WHEN n % 3 > 0 THEN '地块' || n END AS name, CASE WHEN n % 4 > 0 THEN CAST(n AS bigint) END AS whole,
  CASE WHEN n % 5 > 0 THEN n / CAST(7 AS double precision) END AS real, CASE WHEN n % 6 > 0 THEN n % 2 = 1 END AS flag,
  CASE WHEN n % 7 > 0 THEN DATE '1999-12-01' + n END AS day,
  CASE WHEN n % 8 > 0 THEN TIMESTAMPTZ '2026-06-30 08:00:00.125+08' + n * INTERVAL '1 second' END AS moment,
  CASE WHEN n % 9 > 0 THEN json_build_object('n', n) END AS said,
  CASE WHEN n % 10 > 0 THEN ST_SetSRID(ST_MakePoint(n, n / 3.0), 4547) END AS geometry
FROM generate_series(1, 100) AS n
"""
_TYPES = {"name": "text", "whole": "integer", "real": "real", "flag": "boolean"}
_TYPES |= {"day": "date", "moment": "datetime", "said": "json", "geometry": "geometry"}


@pytest.fixture
def connection(postgis_dsn: str) -> Iterator[Connection]:
    with closing(connect(postgis_dsn)) as opened, opened.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public")
        yield opened


@pytest.mark.parametrize("bytes_at_once", [1, 1000, 8 << 20])
def test_rows_are_the_same_in_pieces_of_any_size(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, bytes_at_once: int
) -> None:
    monkeypatch.setattr(copying, "_BYTES_AT_ONCE", bytes_at_once)
    found = pd.DataFrame(copying.copy_out(connection, _ROWS, _TYPES)).astype(object)
    numbers = range(1, 101)
    start = pd.Timestamp("2026-06-30 00:00:00.125")
    wanted = {
        "name": [f"地块{n}" if n % 3 else None for n in numbers],
        "whole": [n if n % 4 else None for n in numbers],
        "real": [n / 7 if n % 5 else None for n in numbers],
        "flag": [n % 2 == 1 if n % 6 else None for n in numbers],
        "day": [pd.Timestamp(date.fromordinal(date(1999, 12, 1).toordinal() + n)) if n % 7 else None for n in numbers],
        "moment": [start + pd.Timedelta(seconds=n) if n % 8 else None for n in numbers],
        "said": [{"n": n} if n % 9 else None for n in numbers],
        "geometry": [shapely.Point(n, n / 3) if n % 10 else None for n in numbers],
    }
    assert found.where(found.notna(), None).to_dict("list") == wanted


@pytest.mark.parametrize("bytes_at_once", [1, 8 << 20])
def test_no_rows_are_empty_columns(connection: Connection, monkeypatch: pytest.MonkeyPatch, bytes_at_once: int) -> None:
    monkeypatch.setattr(copying, "_BYTES_AT_ONCE", bytes_at_once)
    found = copying.copy_out(connection, f"SELECT * FROM ({_ROWS}) AS made WHERE false", _TYPES)
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(_TYPES, 0)
