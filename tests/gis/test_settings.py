"""Settings: read from a mapping, refused by name, secrets kept out of every text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
    }
    settings = Settings.from_env(env)
    assert (settings.db, settings.language, settings.tile_cache) == ("/data/a.gpkg", "en", 0)
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


@pytest.mark.parametrize(
    "env",
    [
        {"GUATU_LANGUAGE": "fr"},
        {"GUATU_TILE_CACHE": "-1"},
        {"GUATU_TILE_CACHE": "many"},
        {"GUATU_TILE_CACHE": "²"},
        {"GUATU_TILE_CACHE": ""},
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
