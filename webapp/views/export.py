"""What the table shows, as a file."""

from __future__ import annotations

from flask import Blueprint, Response

from gis.errors import NotFound
from gis.store.attached_types import XLSX
from gis.words import Words
from gis.workflows.export_projects import SUFFIXES, exported
from webapp.context import served
from webapp.language import current_language
from webapp.params import reading
from webapp.views.answering import download

blueprint = Blueprint("export", __name__)
MIMETYPES = {
    ".xlsx": XLSX,
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".csv": "text/csv",
}


@blueprint.get("/export/projects<suffix>")
def projects(suffix: str) -> Response:
    """The projects that the filter lets pass, as .xlsx, .gpkg, .geojson or .csv."""
    with reading() as ask:
        asked, wanted, sort = ask.day(), ask.project_filter(), ask.text("sort")
    if suffix not in SUFFIXES:
        raise NotFound(
            Words("没有这种导出格式", "no such export format"), found=suffix[:20], expected=" | ".join(SUFFIXES)
        )
    site = served()
    overview = site.overview(asked)
    data = exported(site.store, overview, wanted, suffix, language=current_language(), sort=sort)
    name = f"{site.store.info.name}_项目_{overview.on.isoformat()}{suffix}"
    return download(data, MIMETYPES[suffix], name)
