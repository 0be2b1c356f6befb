"""The product's own source, as the architecture tests read it: files, syntax trees, imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gis", "webapp")


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the checkout, its dotted name, its text."""

    path: str
    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module that is imported anywhere in the file, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield base, node.lineno
                # `from gis import crs` imports the module gis.crs as well
                for alias in node.names:
                    if f"{base}.{alias.name}" in module_names():
                        yield f"{base}.{alias.name}", node.lineno

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]
        for _ in range(node.level - 1):
            package = package.rpartition(".")[0]
        return f"{package}.{node.module}" if node.module else package


def _module(path: Path) -> Module:
    relative = path.relative_to(ROOT)
    parts = [*relative.parent.parts, *([] if path.stem == "__init__" else [path.stem])]
    return Module(relative.as_posix(), ".".join(parts), path.read_text(encoding="utf-8"))


def _paths() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path for path in found if "node_modules" not in path.parts)


def module_names() -> frozenset[str]:
    """The dotted names of all modules and packages."""
    return _NAMES


def modules() -> tuple[Module, ...]:
    """Every module of the product."""
    return _MODULES


_MODULES = tuple(_module(path) for path in _paths())
_NAMES = frozenset(module.name for module in _MODULES)
