"""``guatu account``: who may sign in. Passwords are asked for, or read from standard input; they are no argument."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from gis.accounts import Account, AccountFile, hash_of, tidy_name
from gis.errors import InvalidParameter
from gis.model import Role
from gis.terminal import print_json, say
from gis.words import Words


@click.group()
@click.option("--accounts", envvar="GUATU_ACCOUNTS", metavar="FILE", type=click.Path(path_type=Path), help="The file.")
@click.pass_context
def account(ctx: click.Context, accounts: Path | None) -> None:
    """Who may sign in: add NAME --role ROLE [--unit UNIT] [--jurisdiction CODE], list, set-password, deactivate."""
    if accounts is None:
        raise InvalidParameter(
            Words("没有指定账号文件", "no file of accounts was named"),
            expected="GUATU_ACCOUNTS=FILE guatu account …  |  guatu account --accounts FILE …",
        )
    ctx.obj = AccountFile(accounts)


@account.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", help="责任单位.")
@click.option("--jurisdiction", metavar="CODE", help="An administrative code (default: everywhere).")
@click.option("--password-stdin", is_flag=True, help="The password is the first line of standard input.")
@click.pass_obj
def add(  # one argument an option of the command
    file: AccountFile, /, name: str, role: str, unit: str | None, jurisdiction: str | None, password_stdin: bool
) -> None:
    """Add an account."""
    if file.path.exists() and file.account(name) is not None:
        raise InvalidParameter(
            Words(f"已有账号“{name}”", f"there is an account '{name}' already"),
            found=name,
            expected=f"guatu account set-password {name}",
        )
    new = Account(tidy_name(name), Role(role), unit, jurisdiction)
    file.put(replace(new, password_hash=hash_of(_password(password_stdin))))
    click.echo(say(Words(f"已添加账号 {new.name}（{new.role.words.zh}）", f"added {new.name} ({new.role.words.en})")))


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON, without their passwords' hashes.")
@click.pass_obj
def list_(file: AccountFile, as_json: bool) -> None:
    """List the accounts."""
    names = ("name", "role", "unit", "jurisdiction", "active")
    rows = [{name: getattr(each, name) for name in names} for each in file.accounts().values()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = Words("可用", "active") if row["active"] else Words("已停用", "inactive")
        click.echo(
            "\t".join([row["name"], row["role"].value, row["unit"] or "", row["jurisdiction"] or "", say(state)])
        )


@account.command("set-password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="The password is the first line of standard input.")
@click.pass_obj
def set_password(file: AccountFile, name: str, password_stdin: bool) -> None:
    """Set an account's password; it becomes active, and its sessions end."""
    file.one(name)  # before anybody types a password for nobody
    file.change(name, password_hash=hash_of(_password(password_stdin)), active=True)
    click.echo(say(Words(f"已更新 {name} 的密码", f"set the password of {name}")))


@account.command()
@click.argument("name")
@click.pass_obj
def deactivate(file: AccountFile, name: str) -> None:
    """Make an account inactive: it cannot sign in, and is out at once where it is."""
    file.change(name, active=False)
    click.echo(say(Words(f"已停用账号 {name}", f"made {name} inactive")))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt(
        say(Words("密码", "Password")),
        hide_input=True,
        confirmation_prompt=say(Words("再输一次", "Again")),
    )
    return asked
