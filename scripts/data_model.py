"""Writes docs/data-model.md from the declarations in gis.layers. A test fails where the page is stale."""

from __future__ import annotations

from pathlib import Path

from gis.layers import LAYERS, Column, Layer

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-model.md"
UNIT = {"area": "m²", "money": "万元", "length": "m", "share": "%"}
HEAD = """# Data model

Made by `python scripts/data_model.py` from `gis/layers.py`; change it there.
An import matches a file's headers to the column's name, its Chinese or English words, or one of the other headers.
Entities hold the present and keep what a change replaced; ledgers are append-only.
Columns marked ● are required; ○ are kept by the store from events or geometry.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_layer(layer) for layer in LAYERS.values())])


def _layer(layer: Layer) -> str:
    facts = f"{layer.kind}, key `{', '.join(layer.key)}`" + (f", {layer.geometry}" if layer.geometry else "")
    rows = "\n".join(_column(column) for column in layer.columns)
    return (
        f"## {layer.words.zh} · `{layer.name}`\n\n{facts}\n\n"
        f"| column | 名称 | type | codes or unit | other headers |\n|---|---|---|---|---|\n{rows}\n"
    )


def _column(column: Column) -> str:
    mark = "● " if column.required else "○ " if column.derived else ""
    detail = " ".join(code.value for code in column.codes) if column.codes else UNIT.get(column.dimension or "", "")
    return f"| {mark}`{column.name}` | {column.words.zh} | {column.type} | {detail} | {'、'.join(column.aliases)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
