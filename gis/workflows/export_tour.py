"""What goes out of a kept plan of a tour: timetable, handbook, files for devices, diaries and phones."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis.errors import InvalidParameter, Place
from gis.reports.tour_book import TourBook
from gis.reports.tour_docx import tour_docx
from gis.reports.tour_gpx import tour_gpx
from gis.reports.tour_html import tour_html
from gis.reports.tour_ics import tour_ics
from gis.reports.tour_kml import tour_kml
from gis.reports.tour_pdf import tour_pdf
from gis.reports.tour_words import PUBLIC_LINE
from gis.reports.tour_xlsx import tour_xlsx
from gis.store.attached_files import AttachedFiles
from gis.words import Words
from gis.workflows.export_batch import file_stem
from gis.workflows.tour_board import TourGround
from gis.workflows.tour_book import KeptPlan, read_plan
from gis.workflows.tour_handbook import tour_handbook
from gis.workflows.tour_lines import tour_lines
from gis.workflows.tour_pages import PageSources

_WRITERS: dict[str, Callable[[TourBook, str], bytes]] = {
    "xlsx": tour_xlsx,
    "docx": tour_docx,
    "pdf": tour_pdf,
    "gpx": tour_gpx,
    "kml": tour_kml,
    "html": tour_html,
}
KINDS = ("xlsx", "docx", "pdf", "gpx", "kml", "ics", "html")


@dataclass(frozen=True, slots=True)
class TourExport:
    """
    How a plan goes out.

    ``public``: without parcels, land status, talks and judgement. ``address``: of the server, for codes of the sites'
    pages ("": none are made). ``review_no``: the maps' 审图号. ``files``: where attached photographs lie.
    """

    language: str = "zh"
    public: bool = False
    address: str = ""
    review_no: str = ""
    files: AttachedFiles | None = None


_AS_USUAL = TourExport()


def export_tour(ground: TourGround, plan_no: str, kind: str, how: TourExport = _AS_USUAL) -> tuple[str, bytes]:
    """
    One file of a plan: its name, and what is in it.

    Raises
    ------
    NotFound
        There is no such plan.
    InvalidParameter
        ``kind`` is none of KINDS.
    InvalidValue
        It has more stops than a book holds.
    """
    _check([kind])
    kept, book = _book(ground, plan_no, how)
    return _name(kept, kind, how), _written(kept, book, kind, how.language)


def export_tour_files(
    ground: TourGround, plan_no: str, out: Path, kinds: Sequence[str] = KINDS, how: TourExport = _AS_USUAL
) -> tuple[Path, ...]:
    """
    Files of these kinds in the folder ``out``, which is made where it is not there; each appears whole or not at all.

    Raises as ``export_tour``, before anything is written.
    """
    _check(kinds)
    kept, book = _book(ground, plan_no, how)
    made = {_name(kept, kind, how): _written(kept, book, kind, how.language) for kind in kinds}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".guatu-") as folder:
        for name, data in made.items():
            making = Path(folder) / name
            making.write_bytes(data)
            os.replace(making, out / name)
    return tuple(out / name for name in made)


def _check(kinds: Sequence[str]) -> None:
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        words = Words("没有这种导出格式", "no such export format")
        raise InvalidParameter(
            words, found=", ".join(unknown)[:40], expected=" | ".join(KINDS), place=Place(column="kind")
        )


def _book(ground: TourGround, plan_no: str, how: TourExport) -> tuple[KeptPlan, TourBook]:
    kept = read_plan(ground.store, plan_no)
    sources = PageSources(ground.store, ground.overview, how.files, how.address)
    book = tour_handbook(sources, kept, tour_lines(ground.travels, kept.plan), how.review_no)
    return kept, book.public() if how.public else book


def _written(kept: KeptPlan, book: TourBook, kind: str, language: str) -> bytes:
    if kind == "ics":
        return tour_ics(book, _made_at(kept), language)
    return _WRITERS[kind](book, language)


def _made_at(kept: KeptPlan) -> datetime:
    """When the plan was kept, UTC: the same plan is the same calendar whenever it is asked for."""
    moment = datetime.fromisoformat(kept.recorded_at)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _name(kept: KeptPlan, kind: str, how: TourExport) -> str:
    public = f"_{PUBLIC_LINE.of(how.language)}" if how.public else ""
    return f"{file_stem(kept.spec.title)}_{kept.plan_no}{public}.{kind}"
