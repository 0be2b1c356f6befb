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
from webapp.views.answering import download

blueprint = Blueprint("tour_exports", __name__)
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
    """One file of a plan; the internal version is for those who have an account, where there are accounts."""
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
    name, data = export_tour(served().tour_ground(), key_in_path("plan_no", plan_no), kind, how)
    return download(data, MIMETYPES[kind], name)
