"""What the commands say on the terminal: words, failures, JSON, a bar for what takes long."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any, NoReturn

import click

from gis.errors import Breach, GuatuError
from gis.words import Words

EXIT_ERROR = 2
_REASON_HELPS = Words(
    "确需登记的，以 --override 写明理由（随记录永久保留）",
    "to record it all the same: --override REASON, kept for good",
)
EXIT_FOUND = 1


class Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' 不是日期 / not a date; expected YYYY-MM-DD", param, ctx)


def say(words: Words) -> str:
    """Words as the terminal shows them: Chinese, unless GUATU_LANGUAGE or the locale asks for English."""
    return words.of(language())


def language() -> str:
    """``zh`` or ``en`` for this process. No setting is refused here: this also tells which one was."""
    return "en" if os.environ.get("GUATU_LANGUAGE") == "en" else "zh"


def fail(error: GuatuError) -> NoReturn:
    """Print a cause with all it knows, and end with exit code 2."""
    lines = [f"guatu: {say(error.words)}"]
    if str(error.place):
        lines.append(f"  位置 / where: {error.place}")
    breaches: Sequence[Breach] = getattr(error, "breaches", ())
    if error.found is not None and not breaches:
        lines.append(f"  实际 / found: {error.found}")
    if error.expected is not None and not breaches:
        lines.append(f"  应为 / expected: {error.expected}")
    for breach in breaches:
        lines += [f"  {breach.parcel_no}: {say(breach.words)}", f"    依据 / source: {breach.source}"]
        lines += [f"    实际 / found: {breach.found}", f"    应为 / expected: {breach.expected}"]
    if breaches and all(breach.overridable for breach in breaches):
        lines.append(f"  {say(_REASON_HELPS)}")
    candidates = getattr(error, "candidates", ())
    if candidates:
        lines.append(f"  可能 / candidates: {', '.join(candidates)}")
    click.echo("\n".join(lines), err=True)
    sys.exit(EXIT_ERROR)


def print_json(value: Any) -> None:
    """A value as JSON for people and programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


Progress = Callable[[Words, float], None]


def progress_bar(*, quiet: bool = False) -> AbstractContextManager[Progress]:
    """A context that gives ``progress(words, share 0-1)``: a bar on a terminal, nothing otherwise."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(_no_progress)
    return _Bar()


def _no_progress(_words: Words, _share: float) -> None:
    return None


class _Bar:
    def __enter__(self) -> Progress:
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        self._rich = RichProgress(console=Console(stderr=True), transient=True)
        self._rich.start()
        self._task = self._rich.add_task("", total=1.0)
        return self._update

    def _update(self, words: Words, share: float) -> None:
        self._rich.update(self._task, description=say(words), completed=share)

    def __exit__(self, *_: object) -> None:
        self._rich.stop()
