"""The front-end packages are pinned, name no host, and what is served from them is exactly what is needed."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/vendor.py, working in a folder of this test's own."""
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "scripts" / "vendor.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, folder in {"ROOT": tmp_path, "MODULES": tmp_path / "modules", "VENDOR": tmp_path / "vendor"}.items():
        monkeypatch.setattr(module, name, folder)
    for package, files in module.NEEDED.items():
        for file in files:
            path = tmp_path / "modules" / package / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file)
    return module


def test_the_lock_file_names_no_registry_and_pins_every_package():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_every_served_file_comes_from_a_pinned_package(vendor):
    assert set(vendor.NEEDED) == set(json.loads((ROOT / "package.json").read_text())["dependencies"])


def test_copying_twice_changes_nothing(vendor, capsys):
    assert vendor.main() == 0
    served = {path: path.stat().st_mtime_ns for path in vendor.VENDOR.rglob("*") if path.is_file()}
    assert len(served) == len(vendor.wanted())
    assert vendor.main() == 0
    assert "0 copied, 0 removed" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in served} == served


def test_a_changed_file_is_copied_again_and_a_stranger_is_removed(vendor, capsys):
    vendor.main()
    (vendor.MODULES / "leaflet" / "dist" / "leaflet.js").write_text("newer")
    stranger = vendor.VENDOR / "leaflet" / "old.js"
    stranger.write_text("no package brings me")
    vendor.main()
    assert "1 copied, 1 removed" in capsys.readouterr().out
    assert (vendor.VENDOR / "leaflet" / "leaflet.js").read_text() == "newer"
    assert not stranger.exists()


def test_a_missing_file_is_named(vendor, capsys):
    (vendor.MODULES / "proj4" / "dist" / "proj4.js").unlink()
    assert vendor.main() == 1
    said = capsys.readouterr().err
    assert "proj4.js" in said
    assert "npm ci" in said
