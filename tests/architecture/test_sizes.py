"""Small pieces: functions, files and signatures stay within bounds; a long file says why at its top."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from statistics import median

import pytest

from tests.architecture.source import Module, modules

MAX_FUNCTION_LINES = 40
MAX_MEDIAN_LINES = 10
MAX_FILE_LINES = 400
MAX_PARAMETERS = 7
# A longer file says so at its top, in a sentence with one of these.
REASONS = ("longer than", "One file", "long because")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring, which may be as long as it needs."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def parameters(function: Function) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    own = bool(named) and named[0].arg in ("self", "cls")
    return len(named) - own + bool(arguments.vararg) + bool(arguments.kwarg)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_functions_are_short_and_take_few_parameters(module: Module) -> None:
    long = [
        f"{module.path}:{f.lineno} {f.name}: {n} lines"
        for f in functions(module)
        if (n := code_lines(f)) > MAX_FUNCTION_LINES
    ]
    wide = [
        f"{module.path}:{f.lineno} {f.name}: {n}" for f in functions(module) if (n := parameters(f)) > MAX_PARAMETERS
    ]
    assert long == []
    assert wide == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_a_long_file_says_why_at_its_top(module: Module) -> None:
    assert module.lines <= MAX_FILE_LINES or any(reason in module.docstring for reason in REASONS), (
        f"{module.path} has {module.lines} lines and its docstring gives no reason ({' | '.join(REASONS)})"
    )


def test_the_median_function_is_under_ten_lines() -> None:
    assert median(code_lines(f) for module in modules() for f in functions(module)) < MAX_MEDIAN_LINES


def test_every_module_and_every_public_name_says_what_it_is() -> None:
    silent = [m.path for m in modules() if not m.docstring]
    for module in modules():
        for node in module.tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):  # type: ignore[arg-type]
                silent.append(f"{module.path}:{node.lineno}")
    assert silent == []


def test_the_measures_see_what_is_too_long() -> None:
    body = "\n".join(f"    x{i} = {i}" for i in range(40))
    text = f'def f(self, a, *, b, **c):\n    """One.\n\n    Two."""\n{body}\n'
    function = next(functions(Module("x.py", "x", text)))
    assert code_lines(function) == 41
    assert parameters(function) == 3
