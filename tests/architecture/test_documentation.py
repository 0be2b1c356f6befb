"""The documentation is held to account: every web address and every command is in it, and nothing that is not there."""

from __future__ import annotations

import re

import click
import pytest
from flask import Flask

from gis.cli import main
from tests.architecture.source import ROOT

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

ANY = "*"


def pattern_of_rule(rule: str) -> str:
    """``/tiles/<layer>/<int:z>.mvt`` → ``/tiles/*/*.mvt``."""
    return re.sub(r"<[^>]+>", ANY, rule)


def documented_addresses() -> set[str]:
    """The addresses of docs/api.md's table, with ANY for what is in capitals and without their parameters."""
    found: set[str] = set()
    for line in API.splitlines():
        cell = line.split("|")[1] if line.startswith("|") and line.count("|") >= 3 else ""
        base = ""
        for code in re.findall(r"`([^`]+)`", cell):
            address = re.sub(r"^(GET|POST|PUT|PATCH|DELETE) ", "", code).split("?")[0].strip()
            if address.startswith("/"):
                base = address
            elif address.startswith(".") and base:
                address = base.rpartition(".")[0] + address
            else:
                continue
            found.add(re.sub(r"\b[A-Z][A-Z0-9]*\b", ANY, address))
    return found


def routes() -> set[str]:
    """The addresses that the web app answers, its static files apart."""
    from webapp.views import BLUEPRINTS

    app = Flask("documented")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return {pattern_of_rule(rule.rule) for rule in app.url_map.iter_rules() if rule.endpoint != "static"}


def fits(route: str, address: str) -> bool:
    """The route answers the documented address: a part that the route leaves open fits any text."""
    return re.fullmatch(re.escape(route).replace(re.escape(ANY), r"[^/]+"), address) is not None


def test_every_web_address_is_documented() -> None:
    documented = documented_addresses()
    assert sorted(r for r in routes() if not any(fits(r, address) for address in documented)) == []


def test_every_documented_web_address_is_answered() -> None:
    known = routes()
    assert sorted(a for a in documented_addresses() if not any(fits(r, a) for r in known)) == []


def test_the_table_of_addresses_is_read() -> None:
    documented = documented_addresses()
    assert {"/", "/api/projects/*", "/tiles/*/*/*/*.mvt", "/export/projects.gpkg", "/healthz"} <= documented
    assert fits("/export/projects.*", "/export/projects.gpkg")
    assert not fits("/api/*", "/api/parks/*")


def commands() -> list[tuple[str, click.Command]]:
    return [(name, command) for name, command in main.commands.items() if not command.hidden]


def reference_line(name: str) -> str:
    """The row of README's command reference for a command."""
    for line in README.splitlines():
        if re.match(rf"\| `guatu (?:--db FILE )?{re.escape(name)}\b", line):
            return line
    return ""


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_and_option_is_in_the_readme_s_reference(name: str, command: click.Command) -> None:
    line = reference_line(name)
    assert line, f"README.md has no row for guatu {name}"
    long = [o for p in command.params if isinstance(p, click.Option) and not p.hidden for o in p.opts if o[:2] == "--"]
    assert [option for option in long if not re.search(rf"{option}(?![\w-])", line)] == []


def test_every_command_in_the_reference_exists() -> None:
    named = re.findall(r"^\| `guatu (?:--db FILE )?([a-z][\w-]*)", README, flags=re.MULTILINE)
    assert named
    assert set(named) <= {name for name, _ in commands()}
