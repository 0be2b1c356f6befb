"""All words of the page live in the catalogue, and every one of them has its English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from gis.settings import Settings
from webapp import create_app
from webapp.language import COOKIE, catalogue, page_texts

ROOT = Path(__file__).resolve().parents[2]
WEBAPP = ROOT / "webapp"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def used() -> set[str]:
    """Every text that a template, a script or a view asks for."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    # The patterns are written for the checkout's root; templates, scripts and code all lie under webapp/.
    methods = [(pattern.removeprefix("webapp/"), method) for pattern, method in methods]
    options = {pattern.removeprefix("webapp/"): option for pattern, option in options.items()}
    keywords = {"_": None, "gettext": None}
    rows = extract_from_dir(str(WEBAPP), methods, options, keywords=keywords, directory_filter=_ours)
    return {row[2] for row in rows if isinstance(row[2], str) and row[2]}


def _ours(folder: str) -> bool:
    return Path(folder).name not in ("vendor", "__pycache__", "translations")


def test_many_texts_are_found(used):
    assert len(used) > 150
    assert {"进度灯", "亩", "内部资料 注意保管"} <= used


def test_every_text_has_its_english(used):
    english = page_texts("en")
    assert sorted(used - set(english)) == []
    assert [text for text in used if CHINESE.search(english[text])] == []


def test_no_english_stands_for_a_text_that_is_gone(used):
    assert sorted(set(page_texts("en")) - used) == []


def test_english_keeps_every_placeholder():
    for message in catalogue("en"):
        if message.id:
            slots = re.compile(r"%\(\w+\)s|\{\w+\}")
            assert sorted(slots.findall(message.id)) == sorted(slots.findall(message.string)), message.id


def test_no_script_speaks_chinese_without_the_catalogue():
    """Chinese in a script stands in gettext(…), in a comment, or as a sign that the style table knows."""
    spoken = re.compile(r"gettext\(\s*\"[^\"]*\"")
    for path in sorted((WEBAPP / "static" / "js").glob("*.js")):
        code = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for line in code.splitlines():
            bare = spoken.sub("", re.sub(r"(^|\s)//.*", "", line))
            assert not CHINESE.search(bare), f"{path.name}: {line.strip()}"


def test_chinese_needs_no_catalogue():
    assert page_texts("zh") == {}


def test_an_unknown_language_has_no_texts():
    assert page_texts("../../etc") == {}


def test_the_address_chooses_the_language_and_a_cookie_remembers_it(app):
    client = app.test_client()
    assert 'lang="zh-CN"' in client.get("/").text
    answer = client.get("/?lang=en")
    assert 'lang="en"' in answer.text
    assert client.get_cookie(COOKIE).value == "en"
    assert 'lang="en"' in client.get("/").text
    assert 'lang="zh-CN"' in client.get("/?lang=zh").text


def test_a_language_that_is_not_spoken_is_not_remembered(app):
    client = app.test_client()
    assert 'lang="zh-CN"' in client.get("/?lang=fr").text
    assert client.get_cookie(COOKIE) is None


def test_the_administrators_language_is_the_default(store):
    client = create_app(Settings(language="en"), store).test_client()
    assert 'lang="en"' in client.get("/").text
