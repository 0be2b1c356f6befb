"""The command line: arguments → one workflow → text or JSON. The forms are fixed; the README lists them."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gis import __version__
from gis.cli_account import account
from gis.cli_batch import batch
from gis.cli_export import export
from gis.cli_parcel import parcel
from gis.cli_store import opened, place_of, settings_of, whole_place
from gis.cli_tour import tour
from gis.errors import GuatuError
from gis.model import LOCAL_ACTOR, ProjectFilter
from gis.settings import MOST_WORKERS
from gis.terminal import EXIT_FOUND, Day, fail, language, print_json, progress_bar, say
from gis.words import Words

if TYPE_CHECKING:
    from gis.store.port import Finding

KINDS = (
    *("projects", "parks", "parcels", "zones", "towns", "reports", "milestones", "events"),
    *("households", "buildings", "entries"),
)
ROADS = "roads"
PROFILES = ("coach", "car")


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


main.add_command(account)
main.add_command(parcel)
main.add_command(batch)
main.add_command(export)
main.add_command(tour)


@main.command()
@click.option("--crs", required=True, metavar="EPSG:n", help="The working CRS: projected, in metres.")
@click.option("--name", default="示范县", show_default=True, help="What the map is called.")
@click.pass_context
def init(ctx: click.Context, crs: str, name: str) -> None:
    """Make an empty store."""
    from gis.store import shown_place
    from gis.workflows.init_store import init_store

    place = place_of(ctx)
    with init_store(place, name=name, crs=crs, actor=LOCAL_ACTOR) as store:
        made = Words(
            f"已建立 {shown_place(place)}（{store.info.crs}）", f"made {shown_place(place)} ({store.info.crs})"
        )
    click.echo(say(made))


@main.command("import")
@click.argument("kind", type=click.Choice((*KINDS, ROADS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="TOML file: column → field, value → code.")
@click.option("--crs", metavar="EPSG:n", help="The file's CRS, where it cannot say it itself.")
@click.option("--layer", "layer_name", metavar="NAME", help="Which layer of a file that has several.")
@click.option("--swap-axes", is_flag=True, help="The file's first coordinate is north.")
@click.option("--on", type=Day(), help="The day from which changed attributes hold (default: today).")
@click.option("--strict", is_flag=True, help="Store nothing where any row is refused (exit 1).")
@click.option(
    "--profile", type=click.Choice(PROFILES), help="Roads: those that this vehicle may take (default: coach)."
)
@click.option("--dry-run", is_flag=True, help="Do all but store.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def import_(ctx: click.Context, /, kind: str, file: Path, as_json: bool, **options: Any) -> None:
    """
    Import a file of KIND. Rows that cannot be taken are listed; the rest is stored in one transaction.

    roads: an OpenStreetMap extract (.osm.pbf, .osm) or a layer of lines takes the place of all roads of the store.
    """
    from gis.workflows.import_file import ImportOptions, import_file

    profile = options.pop("profile")
    if kind == ROADS:
        _import_roads(ctx, file, as_json, profile=profile or PROFILES[0], **options)
        return
    if profile is not None:
        raise click.UsageError(say(Words("--profile 只用于 roads", "--profile belongs to roads")))
    with opened(ctx) as store, progress_bar(quiet=as_json) as progress:
        report = import_file(store, LOCAL_ACTOR, kind, file, ImportOptions(**options, progress=progress))
    if as_json:
        print_json(report.as_dict())
    else:
        click.echo(report.as_text(language()))
    if options["strict"] and report.refused_rows:
        sys.exit(EXIT_FOUND)


def _import_roads(ctx: click.Context, file: Path, as_json: bool, **options: Any) -> None:
    from gis.workflows.import_roads import RoadImportOptions, import_roads

    named = {"swap_axes": "--swap-axes", "strict": "--strict"}
    wrong = [option for name, option in named.items() if options.pop(name)]
    if wrong:
        told = ", ".join(wrong)
        raise click.UsageError(say(Words(f"{told} 不用于 roads", f"{told} does not belong to roads")))
    with opened(ctx) as store, progress_bar(quiet=as_json) as progress:
        report = import_roads(store, LOCAL_ACTOR, file, RoadImportOptions(**options, progress=progress))
    if as_json:
        print_json(report.as_dict())
    else:
        click.echo(report.as_text(language()))


@main.command()
@click.option("--on", type=Day(), help="As of this day (default: today; a sample's own day).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write .xlsx, .gpkg, .geojson or .csv.")
@click.pass_context
def assess(ctx: click.Context, on: date | None, as_json: bool, out: Path | None) -> None:
    """Say how far each project is and whether its land will be there in time."""
    from gis.workflows.assess_store import default_day
    from gis.workflows.keep_assessment import Assessor
    from gis.workflows.list_assessment import list_assessment

    with opened(ctx) as store:
        overview = Assessor(store).at(on or default_day(store)).overview
        if out is not None:
            from gis.workflows.export_projects import export_assessment

            export_assessment(store, overview, ProjectFilter(), out)
            click.echo(say(Words(f"已写出 {out}", f"wrote {out}")), err=as_json)
        if as_json:
            print_json(list_assessment(store, overview))
        elif out is None:
            from gis.reports.assessment_text import assessment_text

            click.echo(assessment_text(overview.projects, overview.on, language()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check what must be true of the stored data; exit 1 with the list where it is not."""
    from gis.store.attached_files import AttachedFiles, folder_beside
    from gis.workflows.list_attachments import verify_attachments
    from gis.workflows.verify_store import verify_store

    settings = settings_of(place_of(ctx))
    files = AttachedFiles(folder_beside(settings.db, settings.files_dir), most_bytes=0)
    with opened(ctx) as store:
        findings = (*verify_store(store), *verify_attachments(store, files))
    if as_json:
        print_json({"ok": not findings, "findings": [finding.as_dict() for finding in findings]})
    else:
        _show_findings(findings)
    if findings:
        sys.exit(EXIT_FOUND)


def _show_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        click.echo(f"{finding.rule}\t{finding.layer or ''}\t{finding.key or ''}\t{say(finding.words)}")
    if not findings:
        click.echo(say(Words("数据检查通过", "the stored data are sound")))


@main.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Bring a store that an older Guatu made up to date."""
    from gis.workflows.migrate_store import migrate_store

    click.echo(say(migrate_store(place_of(ctx)).words))


@main.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy a whole store to a new file or database, and compare both; exit 1 where they differ."""
    from gis.workflows.copy_store import compared_text, copy_store

    with progress_bar() as progress:
        tables = copy_store(whole_place(source), whole_place(target), progress=progress)
    click.echo(compared_text(tables, language()))
    if not all(table.same for table in tables):
        sys.exit(EXIT_FOUND)


@main.command()
@click.argument("to", metavar="TO")
@click.option("--keep", type=click.IntRange(1), help="In a folder: how many backups stay, the new one among them.")
@click.pass_context
def backup(ctx: click.Context, to: str, keep: int | None) -> None:
    """Back up the store to the new file TO, or to a file named for the time in the folder TO."""
    from gis.workflows.back_up_store import back_up_store

    with progress_bar() as progress:
        done = back_up_store(place_of(ctx), to, keep=keep, progress=progress)
    click.echo(say(Words(f"已备份到 {done.file}", f"backed up to {done.file}")))
    for file in done.removed:
        click.echo(say(Words(f"已删除旧备份 {file}", f"removed the older {file}")))


@main.command()
@click.argument("file", metavar="FROM", type=click.Path(path_type=Path))
@click.pass_context
def restore(ctx: click.Context, file: Path) -> None:
    """Make the new store --db from the backup FROM, and verify it; exit 1 with the list where data are not sound."""
    from gis.store import shown_place
    from gis.workflows.restore_store import restore_store

    with progress_bar() as progress:
        findings = restore_store(place_of(ctx), file, progress=progress)
    place = shown_place(place_of(ctx))
    click.echo(say(Words(f"已恢复到 {place}", f"restored to {place}")))
    _show_findings(findings)
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

    settings = settings_of(place_of(ctx))
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

    serve_app(settings_of(str(made.store_path)), host=host, port=port, announce=_announce)


def _announce(address: str) -> None:
    click.echo(say(Words(f"地图地址：{address}  （Ctrl+C 停止）", f"the map is at {address}  (Ctrl+C stops)")))
    sys.stdout.flush()
