"""The command line: arguments → one workflow → text or JSON. The forms are fixed; the README lists them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gis import __version__
from gis.errors import GuatuError, InvalidParameter
from gis.model import LOCAL_ACTOR, ProjectFilter
from gis.settings import MOST_WORKERS, Settings
from gis.words import Words

if TYPE_CHECKING:
    from gis.store.port import Store

KINDS = ("projects", "parks", "parcels", "zones", "towns", "reports", "milestones", "events")
EXIT_ERROR = 2
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
    if error.found is not None:
        lines.append(f"  实际 / found: {error.found}")
    if error.expected is not None:
        lines.append(f"  应为 / expected: {error.expected}")
    candidates = getattr(error, "candidates", ())
    if candidates:
        lines.append(f"  可能 / candidates: {', '.join(candidates)}")
    click.echo("\n".join(lines), err=True)
    sys.exit(EXIT_ERROR)


class GuatuGroup(click.Group):
    """A group whose expected failures are printed as sentences, never as tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GuatuError as error:
            fail(error)


@click.group(cls=GuatuGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="guatu")
@click.option(
    "--db",
    envvar="GUATU_DB",
    metavar="FILE",
    help="The store: a GeoPackage file, or postgresql://user@host/name. GUATU_DB may stand for it.",
)
@click.pass_context
def main(ctx: click.Context, db: str | None) -> None:
    """挂图: investment projects, parks and land requisition on one wall map."""
    ctx.obj = db


def _place(ctx: click.Context) -> str:
    db: str | None = ctx.obj
    if not db:
        raise InvalidParameter(
            Words("没有指定数据库", "no store was named"), expected="guatu --db FILE …  |  GUATU_DB=FILE guatu …"
        )
    return _settings(db).db or db


def _open(ctx: click.Context) -> AbstractContextManager[Store]:
    from gis.store import open_store

    return closing(open_store(_place(ctx)))


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


@main.command()
@click.option("--crs", required=True, metavar="EPSG:n", help="The working CRS: projected, in metres.")
@click.option("--name", default="示范县", show_default=True, help="What the map is called.")
@click.pass_context
def init(ctx: click.Context, crs: str, name: str) -> None:
    """Make an empty store."""
    from gis.store import shown_place
    from gis.workflows.init_store import init_store

    place = _place(ctx)
    with init_store(place, name=name, crs=crs, actor=LOCAL_ACTOR) as store:
        made = Words(
            f"已建立 {shown_place(place)}（{store.info.crs}）", f"made {shown_place(place)} ({store.info.crs})"
        )
    click.echo(say(made))


@main.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="TOML file: column → field, value → code.")
@click.option("--crs", metavar="EPSG:n", help="The file's CRS, where it cannot say it itself.")
@click.option("--layer", "layer_name", metavar="NAME", help="Which layer of a file that has several.")
@click.option("--swap-axes", is_flag=True, help="The file's first coordinate is north.")
@click.option("--on", type=Day(), help="The day from which changed attributes hold (default: today).")
@click.option("--strict", is_flag=True, help="Store nothing where any row is refused (exit 1).")
@click.option("--dry-run", is_flag=True, help="Do all but store.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def import_(ctx: click.Context, /, kind: str, file: Path, as_json: bool, **options: Any) -> None:
    """Import a file of KIND. Rows that cannot be taken are listed; the rest is stored in one transaction."""
    from gis.workflows.import_file import ImportOptions, import_file

    with _open(ctx) as store, progress_bar(quiet=as_json) as progress:
        report = import_file(store, LOCAL_ACTOR, kind, file, ImportOptions(**options, progress=progress))
    if as_json:
        _print_json(report.as_dict())
    else:
        click.echo(report.as_text(language()))
    if options["strict"] and report.refused_rows:
        sys.exit(EXIT_FOUND)


@main.command()
@click.option("--on", type=Day(), help="As of this day (default: today; a sample's own day).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write .xlsx, .gpkg, .geojson or .csv.")
@click.pass_context
def assess(ctx: click.Context, on: date | None, as_json: bool, out: Path | None) -> None:
    """Say how far each project is and whether its land will be there in time."""
    from gis.analysis.as_json import assessment_json
    from gis.workflows.assess_store import assess_store

    with _open(ctx) as store:
        assessment = assess_store(store, LOCAL_ACTOR, on)
        if out is not None:
            from gis.workflows.export_projects import export_assessment

            export_assessment(store, assessment, ProjectFilter(), out)
            click.echo(say(Words(f"已写出 {out}", f"wrote {out}")), err=as_json)
        if as_json:
            _print_json(assessment_json(assessment))
        elif out is None:
            from gis.reports.assessment_text import assessment_text

            click.echo(assessment_text(assessment.projects, assessment.on, language()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check what must be true of the stored data; exit 1 with the list where it is not."""
    from gis.workflows.verify_store import verify_store

    with _open(ctx) as store:
        findings = verify_store(store)
    if as_json:
        _print_json({"ok": not findings, "findings": [finding.as_dict() for finding in findings]})
    else:
        for finding in findings:
            click.echo(f"{finding.rule}\t{finding.layer or ''}\t{finding.key or ''}\t{say(finding.words)}")
        if not findings:
            click.echo(say(Words("数据检查通过", "the stored data are sound")))
    if findings:
        sys.exit(EXIT_FOUND)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), help="Web processes on a database; a file has one.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int | None) -> None:
    """Serve the map."""
    from webapp.serving import serve_app

    settings = _settings(_place(ctx))
    settings = replace(settings, workers=workers or settings.workers)
    serve_app(settings, host=host, port=port, announce=_announce)


@main.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path("demo"), show_default=True)
@click.option("--no-serve", is_flag=True, help="Only build the sample county and the files to practise with.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
def demo(directory: Path, no_serve: bool, host: str, port: int) -> None:
    """Build the sample county (示例) and serve its map."""
    from gis.workflows.make_demo import make_demo

    with progress_bar() as progress:
        made = make_demo(directory, progress=progress)
    click.echo(say(Words(f"示例县：{made.store_path}", f"sample county: {made.store_path}")))
    if no_serve:
        click.echo(say(Words(f"练习导入的文件在 {made.files_dir}", f"files to practise the import: {made.files_dir}")))
        return
    from webapp.serving import serve_app

    serve_app(_settings(str(made.store_path)), host=host, port=port, announce=_announce)


def _settings(db: str) -> Settings:
    return Settings.from_env({**os.environ, "GUATU_DB": db})


def _announce(address: str) -> None:
    click.echo(say(Words(f"地图地址：{address}  （Ctrl+C 停止）", f"the map is at {address}  (Ctrl+C stops)")))
    sys.stdout.flush()


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
