"""The file of those who may sign in, and their passwords."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from gis.accounts import NOBODY, Account, AccountFile, hash_of, tidy_name
from gis.errors import InvalidParameter, InvalidValue, NotFound
from gis.model import Actor, Role

PASSWORD = "Correct-Horse-7"
HASH = hash_of(PASSWORD)
ZHANG = Account("张三", Role.LAND_OFFICER, "示例征迁办", "411724", password_hash=HASH)


@pytest.fixture
def file(tmp_path: Path) -> AccountFile:
    made = AccountFile(tmp_path / "accounts.json")
    made.put(ZHANG)
    return made


def test_what_is_put_is_read_by_another_process(file):
    assert AccountFile(file.path).accounts() == {"张三": ZHANG}


def test_an_account_opens_with_its_own_password_only(file):
    account = file.one("张三")
    assert account.opened_by(PASSWORD)
    assert not any(account.opened_by(other) for other in ("", PASSWORD + " ", PASSWORD.lower(), HASH, "\ud800"))


def test_nobody_opens_with_any_password():
    assert not NOBODY.opened_by("")
    assert not NOBODY.opened_by(PASSWORD)


def test_an_inactive_account_opens_with_none(file):
    file.change("张三", active=False)
    assert not file.one("张三").opened_by(PASSWORD)


def test_the_same_password_has_another_hash_each_time():
    assert hash_of(PASSWORD) != HASH
    assert Account("a", Role.VIEWER, password_hash=HASH).mark != Account("a", Role.VIEWER, password_hash="").mark


@pytest.mark.parametrize("stored", ["", "x", "scrypt$1$2$3$zz$zz", "scrypt$3$8$1$00$00", "a$b$c$d$e$f", "$" * 5])
def test_a_hash_that_cannot_be_read_is_nobodys(stored):
    assert not Account("a", Role.VIEWER, password_hash=stored).opened_by(PASSWORD)


@pytest.mark.parametrize("password", ["Ab1-", "abcdefgh", "abcdefgh1", "ABCDEFGH1", "12345678-", "Aa1" * 67, ""])
def test_a_short_or_simple_password_is_refused_and_not_told(password):
    with pytest.raises(InvalidValue, match="too short or too simple") as caught:
        hash_of(password)
    assert not password or password not in str(caught.value.as_dict())


@pytest.mark.parametrize("password", ["Abcdefg1", "abcdef1-", "ABCDEF1-", "Abcdefg-", "密码Abcdefg", "Aa1 Aa1 "])
def test_three_kinds_of_characters_are_enough(password):
    assert Account("a", Role.VIEWER, password_hash=hash_of(password)).opened_by(password)


@pytest.mark.parametrize("name", ["", " 张三", "a\nb", "x" * 41, "a\x00"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(InvalidValue, match="account's name"):
        Account(name, Role.VIEWER)


def test_a_name_is_found_however_it_is_composed(file):
    file.put(Account(tidy_name(" Jose\u0301 "), Role.VIEWER))
    assert file.account("Jos\u00e9") is not None
    assert file.account("nobody") is None
    with pytest.raises(NotFound):
        file.change("nobody", active=False)


def test_an_account_writes_under_its_own_name_role_and_jurisdiction():
    assert ZHANG.actor == Actor("张三", Role.LAND_OFFICER, "411724")


def test_no_text_of_an_account_shows_its_hash(file):
    assert "scrypt" not in repr(ZHANG) + str(ZHANG) + repr(file) + repr(file.accounts())


def test_the_file_is_its_owners_alone(file):
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert os.listdir(file.path.parent) == ["accounts.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_file_that_others_may_read_or_write_is_refused(file, mode):
    file.path.chmod(mode)
    with pytest.raises(InvalidParameter) as caught:
        AccountFile(file.path).accounts()
    assert caught.value.expected == f"chmod 600 {file.path}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"accounts": 5}',
        '{"accounts": [{"name": "a"}]}',
        '{"accounts": [{"name": "a", "role": "king"}]}',
        '{"accounts": [{"name": "a", "role": "admin", "active": "no", "password_hash": "scrypt$1"}]}',
        '{"accounts": [{"name": "a", "role": "admin", "password": "scrypt$1"}]}',
        '{"accounts": ["scrypt$1"]}',
    ],
)
def test_a_file_of_something_else_is_refused_without_what_stands_in_it(file, text):
    file.path.write_text(text)
    with pytest.raises(InvalidParameter, match="file of accounts") as caught:
        AccountFile(file.path).accounts()
    assert "scrypt" not in str(caught.value.as_dict()) + repr(caught.value.__cause__)


def test_a_change_by_another_process_is_seen_at_once(file):
    assert file.one("张三").active
    AccountFile(file.path).change("张三", active=False)
    assert not file.one("张三").active


def test_a_write_that_fails_leaves_the_file_as_it_was(file, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        file.put(Account("李四", Role.VIEWER))
    monkeypatch.undo()
    assert set(AccountFile(file.path).accounts()) == {"张三"}
    assert os.listdir(file.path.parent) == ["accounts.json"]


def test_the_file_can_be_read_by_people(file):
    (row,) = json.loads(file.path.read_text(encoding="utf-8"))["accounts"]
    assert "张三" in file.path.read_text(encoding="utf-8")
    assert (row["role"], row["unit"], row["jurisdiction"], row["active"]) == (
        "land_officer",
        "示例征迁办",
        "411724",
        True,
    )
