"""The container files name only what is there, and the settings they set are read."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = (ROOT / "gis" / "settings.py").read_text(encoding="utf-8")


def stages() -> list[str]:
    return re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]


def test_the_image_copies_only_what_the_checkout_holds() -> None:
    copied = [
        line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    assert copied
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists(), name


def test_the_last_stage_has_no_compiler_and_does_not_run_as_root() -> None:
    last = stages()[-1]
    assert not re.search(r"\b(gcc|build-essential|npm|pip install)\b", last)
    assert re.search(r"^USER guatu$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last


def test_the_service_keeps_its_data_in_a_volume_and_may_do_no_more_than_it_needs() -> None:
    service = COMPOSE["services"]["guatu"]
    volume, target = service["volumes"][0].split(":")
    assert volume in COMPOSE["volumes"]
    assert service["environment"]["GUATU_DB"].startswith(target)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["ports"] == ["127.0.0.1:${GUATU_PORT:-8765}:8765"]


def test_every_setting_of_the_example_file_is_read() -> None:
    named = set(re.findall(r"GUATU_[A-Z_]+", (ROOT / ".env.example").read_text(encoding="utf-8")))
    read = set(re.findall(r"GUATU_[A-Z_]+", SETTINGS))
    assert named == read
