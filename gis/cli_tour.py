"""``guatu tour``: plan an inspection tour from a file of wishes, and write what goes out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gis.cli_store import opened, place_of, settings_of
from gis.errors import InvalidParameter, Place, UnreadableFile
from gis.model import LOCAL_ACTOR
from gis.terminal import language, print_json, progress_bar, say
from gis.words import Words

if TYPE_CHECKING:
    from gis.store.port import Store
    from gis.tours.planner import Found
    from gis.workflows.tour_board import TourGround

MOST_BYTES = 1_000_000
MOST_SECONDS = 3600
# As gis.workflows.export_tour.KINDS, which is not loaded before it is needed.
EXPORTED = ("xlsx", "docx", "pdf", "gpx", "kml", "ics", "html")


@click.group()
def tour() -> None:
    """Inspection tours: choose sites, order them on the roads, write timetable and handbook."""


@tour.command()
@click.argument("spec", metavar="SPEC.toml", type=click.Path(path_type=Path))
@click.option("--seconds", type=click.FloatRange(0.1, MOST_SECONDS), default=10.0, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--save", is_flag=True, help="Keep the tour and its plan; prints the plan's number.")
@click.pass_context
def plan(ctx: click.Context, /, spec: Path, seconds: float, seed: int, as_json: bool, save: bool) -> None:
    """Plan the tour that SPEC.toml asks for; exit 1 where its wishes cannot all be met."""
    from gis.reports.tour_text import tour_text
    from gis.tours.itinerary import plan_as_dict
    from gis.tours.spec import read_spec
    from gis.workflows.plan_tour import Search, plan_tour

    wanted = read_spec(_read(spec))
    with opened(ctx) as store, progress_bar(quiet=as_json) as progress:

        def watch(found: Found) -> bool:
            words = Words(f"已找到价值 {found.value:g}", f"value {found.value:g} so far")
            progress(words, min(found.seconds / seconds, 1.0))
            return False

        made = plan_tour(_ground(store), wanted, Search(seconds, seed), watch)
        number = _saved(store, wanted, made) if save else None
    if as_json:
        print_json({**plan_as_dict(made), **({} if number is None else {"plan_no": number})})
    else:
        click.echo(tour_text(plan_as_dict(made), language()))
        if number is not None:
            click.echo(say(Words(f"已保存为方案 {number}", f"kept as plan {number}")))
    if not made.is_feasible:
        ctx.exit(1)


@tour.command()
@click.argument("plan_id", metavar="PLAN_ID")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder; made if needed."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(EXPORTED), help="Only this; may be repeated.")
@click.option("--public", is_flag=True, help="Without parcels, land status, talks and values.")
@click.pass_context
def export(ctx: click.Context, /, plan_id: str, out: Path, kinds: tuple[str, ...], public: bool) -> None:
    """Write a kept plan's files to --out: workbook, handbook, GPX, KML, calendar, offline page."""
    from gis.store.attached_files import AttachedFiles, folder_beside
    from gis.workflows.export_tour import TourExport, export_tour_files

    settings = settings_of(place_of(ctx))
    files = AttachedFiles(folder_beside(settings.db, settings.files_dir), most_bytes=0)
    how = TourExport(language(), public, settings.public_url or "", settings.review_number, files)
    with opened(ctx) as store:
        written = export_tour_files(_ground(store), plan_id, out, kinds or EXPORTED, how)
    for path in written:
        click.echo(say(Words(f"已写出 {path}", f"wrote {path}")))


def _ground(store: Store) -> TourGround:
    from gis.workflows.assess_store import default_day
    from gis.workflows.keep_assessment import Assessor
    from gis.workflows.tour_board import TourGround
    from gis.workflows.tour_travel import Travels

    return TourGround(store, Assessor(store).at(default_day(store)).overview, Travels(store))


def _saved(store: Store, spec: Any, made: Any) -> str:
    from gis.workflows.tour_book import LONGEST_NAME, NewPlan, new_tour, save_plan

    tour_no = new_tour(store, LOCAL_ACTOR, spec)
    return save_plan(store, LOCAL_ACTOR, tour_no, NewPlan(spec.title[:LONGEST_NAME], spec, made))


def _read(path: Path) -> dict[str, Any]:
    """The TOML file; raises UnreadableFile or InvalidParameter with the place in it."""
    place = Place(file=str(path))
    if not path.is_file():
        raise UnreadableFile(Words("找不到文件", "no such file"), found=str(path), place=place)
    if path.stat().st_size > MOST_BYTES:
        words = Words("文件过大", "the file is too large")
        raise InvalidParameter(words, found=str(path.stat().st_size), expected=f"≤ {MOST_BYTES}", place=place)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        words = Words("不是可读的 TOML 文件", "not a TOML file that can be read")
        raise UnreadableFile(words, found=str(error), expected="TOML, UTF-8", place=place) from None
