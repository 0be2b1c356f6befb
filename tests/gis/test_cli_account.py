"""``guatu account``: who may sign in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis.accounts import AccountFile
from gis.cli import main
from gis.model import Role

PASSWORD = "Correct-Horse-7"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "accounts.json"


def run(path: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["account", *words], input=typed, env={"GUATU_ACCOUNTS": str(path)})


def add(path: Path, name: str = "张三", *words: str) -> Result:
    return run(path, "add", name, "--role", "land_officer", *words, "--password-stdin", typed=PASSWORD + "\n")


def test_an_account_that_was_added_can_sign_in(path):
    done = add(path, "张三", "--unit", "示例征迁办", "--jurisdiction", "411724")
    assert done.exit_code == 0
    account = AccountFile(path).one("张三")
    assert (account.role, account.unit, account.jurisdiction) == (Role.LAND_OFFICER, "示例征迁办", "411724")
    assert account.opened_by(PASSWORD)
    assert PASSWORD not in done.output


def test_a_password_typed_on_the_terminal_is_asked_twice_and_not_shown(path):
    done = run(path, "add", "张三", "--role", "viewer", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0
    assert PASSWORD not in done.output
    assert AccountFile(path).one("张三").opened_by(PASSWORD)


def test_a_second_account_of_one_name_is_refused(path):
    add(path)
    again = add(path)
    assert again.exit_code == 2
    assert "set-password" in again.output


@pytest.mark.parametrize("typed", ["short\n", "", "\n", "onlysmallletters\n"])
def test_a_weak_password_makes_no_account(path, typed):
    done = run(path, "add", "张三", "--role", "viewer", "--password-stdin", typed=typed)
    assert done.exit_code == 2
    assert not path.exists()


def test_an_unknown_role_is_refused(path):
    assert run(path, "add", "张三", "--role", "king", "--password-stdin", typed=PASSWORD).exit_code == 2


def test_accounts_are_listed_without_their_hashes(path):
    add(path)
    run(path, "deactivate", "张三")
    assert run(path, "list").output.split("\t")[0] == "张三"
    text = run(path, "list", "--json").output
    (row,) = json.loads(text)
    assert (row["name"], row["role"], row["active"]) == ("张三", "land_officer", False)
    assert "hash" not in text
    assert "scrypt" not in text


def test_a_new_password_takes_the_place_of_the_old_and_makes_active(path):
    add(path)
    assert run(path, "deactivate", "张三").exit_code == 0
    done = run(path, "set-password", "张三", "--password-stdin", typed="Another-Horse-8\n")
    assert done.exit_code == 0
    account = AccountFile(path).one("张三")
    assert account.opened_by("Another-Horse-8")
    assert not account.opened_by(PASSWORD)


@pytest.mark.parametrize("command", ["set-password", "deactivate"])
def test_an_account_that_is_not_there_is_told(path, command):
    add(path)
    done = run(path, command, "nobody")
    assert done.exit_code == 2
    assert "nobody" in done.output


def test_without_a_file_the_command_says_how_to_name_one():
    done = CliRunner().invoke(main, ["account", "list"], env={"GUATU_ACCOUNTS": ""})
    assert done.exit_code == 2
    assert "GUATU_ACCOUNTS" in done.output
