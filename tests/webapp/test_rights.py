"""What a page offers is what the server lets whoever looks do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gis.model import Role
from webapp.rights import MAY, rights_of

SCRIPTS = Path(__file__).parents[2] / "webapp" / "static" / "js"


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.VIEWER, set()),
        (Role.EDITOR, {"attach", "edit", "record"}),
        (Role.PLANNER, {"attach", "edit", "record", "draw", "package", "tasks", "account", "calendar", "tours"}),
        (Role.LAND_OFFICER, set(MAY) - {"tours"}),
        (Role.ADMIN, set(MAY)),
    ],
)
def test_a_role_is_told_what_it_may_do(role, rights):
    assert set(rights_of(role)) == rights


def test_scripts_ask_what_may_be_done_and_not_who_it_is():
    asked = {
        script.name for script in SCRIPTS.glob("*.js") if re.search(r"me\??\.(role|may_write)", script.read_text())
    }
    assert asked == set()


def test_scripts_ask_only_for_rights_that_there_are():
    asked = {right for script in SCRIPTS.glob("*.js") for right in re.findall(r'\bmay\("(\w+)"\)', script.read_text())}
    assert asked <= set(MAY)
    assert {"supply", "tasks", "draw", "batches", "package"} <= asked
