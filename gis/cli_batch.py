"""``guatu batch``: put approval batches together, look at them, record their approval, hand out their package."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gis.cli_store import opened, place_of, settings_of
from gis.errors import InvalidParameter, Place
from gis.model import DBF_ENCODINGS, LOCAL_ACTOR, Authority, BatchKind, DbfEncoding
from gis.terminal import Day, language, print_json, say
from gis.words import Words

MOST_BYTES = 1_000_000


@click.group()
def batch() -> None:
    """Put parcels together for approval."""


@batch.command()
@click.argument("name")
@click.option("--parcels", required=True, metavar="FILE|NO,NO,…", help="A file with one number a line, or numbers.")
@click.option("--kind", type=click.Choice([kind.value for kind in BatchKind]), default=BatchKind.TOWN_BATCH.value)
@click.option("--year", type=int, help="The year whose quota it takes (default: this year).")
@click.option("--purpose", default="", help="What the land is for.")
@click.pass_context
def new(  # one argument an option of the command
    ctx: click.Context, /, name: str, parcels: str, kind: str, year: int | None, purpose: str
) -> None:
    """Make the batch NAME of these parcels."""
    from gis.workflows.new_batch import NewBatch, new_batch

    with opened(ctx) as store:
        made = new_batch(store, LOCAL_ACTOR, NewBatch(name, BatchKind(kind), year, purpose), _numbers(parcels))
    words = Words(
        f"已建立批次“{made['name']}”，{made['parcels']} 块地",
        f"made batch '{made['name']}' of {made['parcels']} parcels",
    )
    click.echo(say(words))


def _numbers(text: str) -> list[str]:
    """Numbers as they stand, or of the file of that name: one a line, or separated by commas."""
    path = Path(text)
    if len(text) < 256 and path.is_file():
        if path.stat().st_size > MOST_BYTES:
            words = Words("地块清单文件过大", "the list of parcels is too large")
            raise InvalidParameter(words, found=str(path.stat().st_size), expected=f"≤ {MOST_BYTES}")
        text = _read(path)
    return [number for line in text.splitlines() for number in line.replace("，", ",").split(",")]


def _read(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    words = Words("文件编码无法识别", "the file's encoding is not known")
    raise InvalidParameter(words, found=path.name, expected="UTF-8 | GB18030", place=Place(file=str(path)))


@batch.command()
@click.argument("name")
@click.option("--on", type=Day(), help="As of this day (default: today; a sample's own day).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def show(ctx: click.Context, name: str, on: date | None, as_json: bool) -> None:
    """Show areas, who approves, overlaps, zones, what is missing, and the quota."""
    from gis.reports.batch_text import batch_text
    from gis.workflows.assess_store import default_day
    from gis.workflows.show_batch import show_batch

    with opened(ctx) as store:
        shown = show_batch(store, name, on or default_day(store))
    if as_json:
        print_json(shown)
    else:
        click.echo(batch_text(shown, language()))


@batch.command()
@click.argument("name")
@click.option("--document", required=True, metavar="NO", help="The approval's number (批准文号).")
@click.option("--date", "on", required=True, type=Day(), help="The day of the approval.")
@click.option("--authority", type=click.Choice([a.value for a in Authority]), help="Who approved.")
@click.option("--override", default="", metavar="REASON", help="Why the law is broken; stays for good.")
@click.pass_context
def approve(  # one argument an option of the command
    ctx: click.Context, /, name: str, document: str, on: date, authority: str | None, override: str
) -> None:
    """Record the approval of every parcel at once; exit 2 with the rules where the law does not allow it."""
    from gis.workflows.approve_batch import Decision, approve_batch

    by = Authority(authority) if authority else None
    with opened(ctx) as store:
        done = approve_batch(store, LOCAL_ACTOR, name, Decision(on, document, by, override))
    _tell(name, len(done["parcels"]), len(done["passed"]), len(done["overridden"]))


@batch.command()
@click.argument("name")
@click.option("--date", "on", required=True, type=Day(), help="The day of the submission.")
@click.option("--document", default="", metavar="NO", help="The submission's number.")
@click.option("--override", default="", metavar="REASON", help="Why the law is broken; stays for good.")
@click.pass_context
def submit(ctx: click.Context, /, name: str, on: date, document: str, override: str) -> None:
    """Record that the batch was submitted, for every parcel at once."""
    from gis.workflows.approve_batch import Decision, submit_batch

    with opened(ctx) as store:
        done = submit_batch(store, LOCAL_ACTOR, name, Decision(on, document, override=override))
    _tell(name, len(done["parcels"]), len(done["passed"]), len(done["overridden"]))


def _tell(name: str, recorded: int, passed: int, overridden: int) -> None:
    rest = Words(f"，{passed} 块无须登记", f", {passed} need none") if passed else Words("", "")
    broken = Words(f"，越规 {overridden} 处", f", {overridden} rules broken") if overridden else Words("", "")
    zh = f"已登记批次“{name}”：{recorded} 块地{rest.zh}{broken.zh}"
    click.echo(say(Words(zh, f"recorded batch '{name}': {recorded} parcels{rest.en}{broken.en}")))


@batch.command()
@click.argument("name")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The package, a .zip.")
@click.option(
    "--encoding", type=click.Choice(DBF_ENCODINGS), default=DBF_ENCODINGS[0], help="Of the Shapefile's texts."
)
@click.option("--review-no", default="", metavar="NO", help="The map's 审图号 (default: GUATU_REVIEW_NUMBER).")
@click.pass_context
def export(ctx: click.Context, /, name: str, out: Path, encoding: DbfEncoding, review_no: str) -> None:
    """Write the package: boundary points, Shapefile, ledger, A3 map, checklist."""
    from gis.workflows.export_batch import PackageChoices, export_batch

    review_no = review_no or settings_of(place_of(ctx)).review_number
    choices = PackageChoices(encoding, review_no)
    with opened(ctx) as store:
        package = export_batch(store, name, out, choices)
    click.echo(say(Words(f"已写出 {out}（{len(package.files)} 个文件）", f"wrote {out} ({len(package.files)} files)")))
    for notice in package.notices:
        click.echo(say(notice))
