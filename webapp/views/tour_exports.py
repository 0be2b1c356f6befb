"""What goes out of a plan of a tour, as files."""

from __future__ import annotations

from flask import Blueprint, Response, request

from gis.errors import NotFound
from gis.store.attached_types import DOCX, XLSX
from gis.words import Words
from gis.workflows.export_tour import KINDS, TourExport, export_tour
from webapp.acting import require_person
from webapp.context import served
from webapp.language import current_language
from webapp.params import key_in_path, reading
from webapp.turns import Turns
from webapp.views.answering import download

blueprint = Blueprint("tour_exports", __name__)
# A handbook takes seconds and, with its photographs, much memory.
MOST_AT_ONCE, WAIT_SECONDS = 2, 5.0
_turns = Turns(
    MOST_AT_ONCE,
    Words("服务器正在生成其他观摩文件，请稍后再试", "busy making other files of tours: try again later"),
    wait_s=WAIT_SECONDS,
)
VERSIONS = ("internal", "public")
MIMETYPES = {
    "xlsx": XLSX,
    "docx": DOCX,
    "pdf": "application/pdf",
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "ics": "text/calendar",
    "html": "text/html",
}


@blueprint.get("/export/tours/<plan_no>.<kind>")
def tour_file(plan_no: str, kind: str) -> Response:
    """
    One file of a plan; the internal version is for those who have an account, where there are accounts.

    Raises TooMuchAsked where as many are made as may, and go on for longer than one waits.
    """
    with reading() as ask:
        version = ask.choice("version", VERSIONS, "internal")
    if kind not in KINDS:
        words = Words("没有这种导出格式", "no such export format")
        raise NotFound(words, found=kind[:20], expected=" | ".join(KINDS))
    if version == "internal":
        require_person()
    site = served()
    how = TourExport(
        language=current_language(),
        public=version == "public",
        address=site.settings.public_url or request.host_url,
        review_no=site.settings.review_number,
        files=site.files,
    )
    number = key_in_path("plan_no", plan_no)
    with _turns:
        name, data = export_tour(site.tour_ground(), number, kind, how)
    return download(data, MIMETYPES[kind], name)
