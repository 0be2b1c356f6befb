"""People with accounts: they sign in, attach files, keep households, and lose nothing when their session ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gis.accounts import Account, AccountFile, hash_of
from gis.model import Role
from gis.settings import Settings
from gis.store import open_store
from tests.browser.conftest import PHONE, Served, Watched, watch

NAME, PASSWORD = "张土地", "Correct-Horse-7"
# The smallest PNG: one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> AccountFile:
    file = AccountFile(tmp_path_factory.mktemp("accounts") / "accounts.json")
    file.put(Account(NAME, Role.LAND_OFFICER, unit="示例征迁办", password_hash=hash_of(PASSWORD)))
    return file


@pytest.fixture(scope="module")
def county(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample county of these tests' own."""
    path = tmp_path_factory.mktemp("signing_in") / "county.gpkg"
    shutil.copy(demo_file, path)
    return path


@pytest.fixture(scope="module")
def office_server(serve: Callable[[Settings], Served], county: Path, accounts: AccountFile) -> Served:
    return serve(Settings(db=str(county), accounts=str(accounts.path)))


@pytest.fixture(scope="module")
def parcel(county: Path) -> str:
    """The address of a parcel's page."""
    store = open_store(county)
    number = store.read("parcel")["parcel_no"].iloc[0]
    store.close()
    return f"/parcel?no={number}"


@pytest.fixture
def desk(browser: Browser, office_server: Served) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    watched = watch(context, office_server.address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


def fill_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(NAME)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def signed_in(desk: Watched, path: str) -> Page:
    """The page at ``path`` of the land officer."""
    page = desk.open(path)
    page.get_by_role("link", name="登录", exact=True).click()
    fill_in(page)
    page.wait_for_selector("body[data-ready=true]")
    return page


def test_signing_in_leads_back_and_signing_out_takes_the_means_to_write(desk, parcel):
    page = desk.open(parcel)
    expect(page.get_by_role("button", name="添加一户")).to_have_count(0)
    page.get_by_role("link", name="登录", exact=True).click()
    fill_in(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("账号或密码不对")
    expect(page.get_by_label("账号")).to_have_value(NAME)
    expect(page.get_by_label("密码")).to_have_value("")
    fill_in(page)
    page.wait_for_selector("body[data-ready=true]")
    assert page.url.endswith(parcel)
    expect(page.locator(".account .who")).to_have_text(NAME)
    expect(page.get_by_role("button", name="添加一户")).to_be_visible()
    # What the page still asks for when its session ends is refused.
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="退出").click()
    page.wait_for_selector("body[data-ready=true]")
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()
    desk.forgive("403")


def test_files_are_attached_shown_refused_and_withdrawn(desk, parcel, tmp_path):
    for name, content in {"公告.pdf": b"%PDF-1.4\n", "现场.png": PIXEL, "图.svg": b"<svg/>"}.items():
        (tmp_path / name).write_bytes(content)
    page = signed_in(desk, parcel)
    card = page.locator(".attachments")
    card.get_by_placeholder("附件说明").fill("张贴照片")
    files = [str(tmp_path / name) for name in ("公告.pdf", "现场.png", "图.svg")]
    card.locator("input[type=file]").set_input_files(files)
    expect(card.get_by_role("link", name="公告.pdf")).to_be_visible()
    expect(card.locator(".going")).to_contain_text("不接受这种文件")
    picture = card.get_by_role("img", name="张贴照片")
    expect(picture).to_be_visible()
    page.wait_for_function("picture => picture.complete && picture.naturalWidth === 1", arg=picture.element_handle())
    card.get_by_role("button", name="撤销 公告.pdf").click()
    box = page.get_by_role("dialog")
    box.get_by_label("理由", exact=True).fill("传错了地块")
    box.get_by_role("button", name="撤销").click()
    expect(card.get_by_role("link", name="公告.pdf")).to_have_count(0)
    desk.forgive("422")


def test_households_are_masked_until_somebody_asks_and_that_is_written_down(desk, parcel, accounts):
    page = signed_in(desk, parcel)
    card = page.locator(".compensation")
    card.get_by_role("button", name="添加一户").click()
    box = page.get_by_role("dialog")
    for name, value in {"户号": "1", "户主": "张三", "证件号码": "140781198001011234", "已付补偿": "3"}.items():
        box.get_by_label(name).fill(value)
    box.get_by_label("应付补偿").fill("2.5")
    box.get_by_role("button", name="保存").click()
    expect(box.locator("small.bad")).to_contain_text("已付补偿多于应付")
    expect(box.get_by_label("已付补偿")).to_be_focused()
    box.get_by_label("已付补偿").fill("1.5")
    box.get_by_role("button", name="保存").click()
    expect(card.get_by_role("cell", name="1407**********1234")).to_be_visible()
    card.get_by_role("button", name="显示完整号码").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(card.get_by_role("cell", name="140781198001011234")).to_be_visible()
    log = Path(f"{accounts.path}.audit.log").read_text(encoding="utf-8")
    assert "households_in_full" in log
    assert "张三" not in log
    desk.forgive("400")


def test_who_is_signed_out_while_writing_signs_in_beside_the_page_and_saves(desk, parcel):
    page = signed_in(desk, parcel)
    page.get_by_role("button", name="添加房屋").click()
    box = page.get_by_role("dialog")
    box.get_by_label("房屋编号").fill("7")
    page.context.clear_cookies()  # as when the time was up
    box.get_by_role("button", name="保存").click()
    with page.expect_popup() as opened:
        box.get_by_role("link", name="在新页面登录").click()
    fill_in(opened.value)
    opened.value.wait_for_selector("body[data-ready=true]")
    opened.value.close()
    expect(box.get_by_label("房屋编号")).to_have_value("7")
    box.get_by_role("button", name="保存").click()
    expect(page.locator(".compensation").get_by_role("cell", name="7", exact=True)).to_be_visible()
    desk.forgive("401")
    desk.forgive("403")


def test_on_a_phone_nothing_is_wider_than_the_screen(browser, office_server, parcel):
    context = browser.new_context(viewport=PHONE, locale="zh-CN", is_mobile=True, has_touch=True)
    page = signed_in(watch(context, office_server.address), parcel)
    expect(page.get_by_role("button", name="添加一户")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
