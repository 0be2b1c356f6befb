"""Settings: read from a mapping, refused by name, secrets kept out of every text."""

from __future__ import annotations

import json
from ipaddress import ip_network
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from gis.errors import InvalidParameter
from gis.settings import BaseMap, Settings

MAP = {"id": "img", "name": "影像", "url": "https://example.test/{z}/{x}/{y}.png?tk=s3cret", "attribution": "示例"}


def basemaps(*maps: object) -> dict[str, str]:
    return {"GUATU_BASEMAPS": json.dumps(maps)}


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()
    assert Settings.from_env({"GUATU_DB": "", "GUATU_TIANDITU_TOKEN": ""}) == Settings()
    assert Settings().language == "zh"


def test_every_setting_is_read() -> None:
    env = {
        **{"GUATU_DB": "/data/a.gpkg", "GUATU_TIANDITU_TOKEN": "s3cret", "GUATU_LANGUAGE": "en"},
        **{"GUATU_REVIEW_NUMBER": "晋S（2026）001号", "GUATU_TILE_CACHE": "0", **basemaps(MAP)},
        **{"GUATU_TILE_CACHE_DIR": "/var/cache/guatu", "GUATU_TILE_CACHE_MB": "64"},
    }
    settings = Settings.from_env(env)
    assert (settings.db, settings.language, settings.tile_cache) == ("/data/a.gpkg", "en", 0)
    assert (settings.tile_cache_dir, settings.tile_cache_mb) == ("/var/cache/guatu", 64)
    assert settings.review_number == "晋S（2026）001号"
    assert settings.base_maps == (BaseMap(**MAP),)  # type: ignore[arg-type]
    assert settings.base_maps[0].max_zoom == 18


def test_base_maps_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "basemaps.json"
    file.write_text(json.dumps([MAP]), encoding="utf-8")
    assert Settings.from_env({"GUATU_BASEMAPS": str(file)}).base_maps[0].id == "img"


def test_secrets_are_in_no_text() -> None:
    settings = Settings.from_env({"GUATU_TIANDITU_TOKEN": "s3cret", **basemaps(MAP)})
    assert "s3cret" not in f"{settings!r} {settings} {settings.base_maps!r}"


PASSWORD = "p@ss/w:rd?#&% 1"
ESCAPED = "p%40ss%2Fw%3Ard%3F%23%26%25%201"


@pytest.fixture
def password_file(tmp_path: Path) -> str:
    file = tmp_path / "db_password"
    file.write_text(f"{PASSWORD}\nanother line\n", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("db", "expected"),
    [
        ("postgresql://guatu@db:5432/guatu", f"postgresql://guatu:{ESCAPED}@db:5432/guatu"),
        ("postgres://guatu@db/guatu?sslmode=require", f"postgres://guatu:{ESCAPED}@db/guatu?sslmode=require"),
        ("postgresql://guatu@[::1]:5432/guatu", f"postgresql://guatu:{ESCAPED}@[::1]:5432/guatu"),
        ("postgresql://db/guatu?user=guatu", f"postgresql://db/guatu?user=guatu&password={ESCAPED}"),
        ("postgresql:///guatu", f"postgresql:///guatu?password={ESCAPED}"),
        ("postgresql://guatu:own@db/guatu", "postgresql://guatu:own@db/guatu"),
        ("postgresql://db/guatu?user=guatu&password=own", "postgresql://db/guatu?user=guatu&password=own"),
        ("postgresql://[db/guatu", "postgresql://[db/guatu"),
        ("/srv/county.gpkg", "/srv/county.gpkg"),
    ],
)
def test_a_password_from_a_file_is_put_into_an_address_that_has_none(
    password_file: str, db: str, expected: str
) -> None:
    settings = Settings.from_env({"GUATU_DB": db, "GUATU_DB_PASSWORD_FILE": password_file})
    assert settings.db == expected
    assert ESCAPED not in f"{settings!r} {settings}"
    assert Settings.from_env({"GUATU_DB": expected, "GUATU_DB_PASSWORD_FILE": password_file}).db == expected


def test_postgresql_s_own_library_reads_the_password_that_was_put_in(password_file: str) -> None:
    env = {"GUATU_DB": "postgresql://guatu@db:5432/guatu", "GUATU_DB_PASSWORD_FILE": password_file}
    parts = parse_dsn(Settings.from_env(env).db)
    assert parts == {"user": "guatu", "password": PASSWORD, "host": "db", "port": "5432", "dbname": "guatu"}


def test_no_store_needs_no_password(password_file: str) -> None:
    assert Settings.from_env({"GUATU_DB_PASSWORD_FILE": password_file}).db is None


def test_the_token_may_stand_in_a_file_and_the_variable_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("s3cret\r\n", encoding="utf-8")
    env = {"GUATU_TIANDITU_TOKEN_FILE": str(file)}
    assert Settings.from_env(env).tianditu_token == "s3cret"
    assert Settings.from_env({**env, "GUATU_TIANDITU_TOKEN": "other"}).tianditu_token == "other"


@pytest.mark.parametrize("name", ["GUATU_DB_PASSWORD_FILE", "GUATU_TIANDITU_TOKEN_FILE"])
@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "FileNotFoundError"),
        (b"", "empty"),
        (b"  \n s3cret", "empty"),
        (b"s3cret\xff\n", "UnicodeDecodeError"),
        (b"s3cret" * 1000, "too long, or not text"),
        (b"s3cret\0", "too long, or not text"),
    ],
    ids=["absent", "empty", "blank first line", "not UTF-8", "endless", "a zero byte"],
)
def test_a_secret_s_file_that_cannot_be_read_is_named_by_its_setting(
    tmp_path: Path, name: str, content: bytes | None, cause: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidParameter) as raised:
        Settings.from_env({"GUATU_DB": "postgresql://guatu@db/guatu", name: str(file)})
    assert name in raised.value.words.zh
    assert raised.value.found == f"{file}: {cause}"
    assert "s3cret" not in json.dumps(raised.value.as_dict(), ensure_ascii=False)
    assert raised.value.__cause__ is None


def test_workers_and_proxies_are_read() -> None:
    settings = Settings.from_env({"GUATU_WORKERS": "3", "GUATU_TRUSTED_PROXIES": "127.0.0.1, 10.20.0.0/24,::1"})
    assert settings.workers == 3
    assert settings.trusted_proxies == (ip_network("127.0.0.1/32"), ip_network("10.20.0.0/24"), ip_network("::1/128"))
    assert Settings.from_env({"GUATU_WORKERS": "", "GUATU_TRUSTED_PROXIES": ""}) == Settings()


@pytest.mark.parametrize(
    "env",
    [
        {"GUATU_WORKERS": "0"},
        {"GUATU_WORKERS": "65"},
        {"GUATU_WORKERS": "-1"},
        {"GUATU_WORKERS": "²"},
        {"GUATU_TRUSTED_PROXIES": "nginx"},
        {"GUATU_TRUSTED_PROXIES": "10.20.0.1/24"},
        {"GUATU_LANGUAGE": "fr"},
        {"GUATU_TILE_CACHE": "-1"},
        {"GUATU_TILE_CACHE": "many"},
        {"GUATU_TILE_CACHE": "²"},
        {"GUATU_TILE_CACHE": ""},
        {"GUATU_TILE_CACHE_MB": "1.5"},
        {"GUATU_BASEMAPS": "[{"},
        {"GUATU_BASEMAPS": "/no/such/file.json"},
        {"GUATU_BASEMAPS": "[1]"},
        basemaps({"id": "img"}),
        basemaps({**MAP, "colour": "red"}),
        basemaps({**MAP, "id": 7}),
        basemaps({**MAP, "id": "../img"}),
        basemaps({**MAP, "id": ""}),
        basemaps({**MAP, "url": "file:///etc/passwd/{x}/{y}/{z}"}),
        basemaps({**MAP, "url": "https://example.test/"}),
        basemaps({**MAP, "max_zoom": "18"}),
        basemaps(MAP, MAP),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_read_is_named_without_its_secret(env: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter) as raised:
        Settings.from_env(env)
    assert next(iter(env)) in raised.value.words.zh
    assert raised.value.expected
    assert "s3cret" not in json.dumps(raised.value.as_dict(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", None),
        ("https://guatu.example.gov.cn", "https://guatu.example.gov.cn/"),
        ("http://10.1.2.3:8765/guatu/", "http://10.1.2.3:8765/guatu/"),
    ],
)
def test_the_public_address_ends_with_a_stroke(text: str, address: str | None) -> None:
    assert Settings.from_env({"GUATU_PUBLIC_URL": text}).public_url == address


@pytest.mark.parametrize(
    "text",
    ["guatu.gov.cn", "ftp://x/", "https://", "https://a:b@x/", "https://x/?a=1", "https://x:99999/", "https://x/\ny"],
)
def test_a_public_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        Settings.from_env({"GUATU_PUBLIC_URL": text})
    assert "GUATU_PUBLIC_URL" in refused.value.words.zh
