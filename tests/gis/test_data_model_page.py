"""docs/data-model.md tells what gis.layers declares."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_data_model_page_is_what_the_declarations_say() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "data_model.py"))["page"]()
    assert (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8") == made
