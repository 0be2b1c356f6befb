"""The register (台账): the page, its rows, sums and choices, edits of attributes, saved views."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from gis.analysis.register_columns import CODES, KINDS
from gis.errors import NotFound
from gis.layers import PARCEL
from gis.model import DBF_ENCODINGS
from gis.store.attached_types import XLSX
from gis.words import Words
from gis.workflows.edit_parcels import EDITABLE, MOST_EDITS, Edit, edit_parcels, preview_edits
from gis.workflows.export_parcels import ParcelExport, exported_parcels
from gis.workflows.list_register import facet_register, list_register, sum_register
from gis.workflows.list_towns import list_towns
from gis.workflows.plain import Record
from gis.workflows.saved_views import list_views, save_view, withdraw_view
from webapp.acting import allow
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.language import current_language
from webapp.params import reading
from webapp.register_params import SORTS, page_of_rows, register_filter
from webapp.rights import MAY
from webapp.views.answering import answer, download
from webapp.views.desk_page import render_desk

blueprint = Blueprint("register", __name__)
PAGE = "register"
MIMETYPES = {
    ".xlsx": XLSX,
    ".gpkg": "application/geopackage+sqlite3",
    ".zip": "application/zip",
    ".txt": "text/plain",
    ".geojson": "application/geo+json",
}
# A list of a view's conditions, as long as an address may be.
LONGEST_QUERY = 7_000


@blueprint.get("/register")
def page() -> str:
    """The page."""
    return render_desk("register.html", "register.js", by="land", data={"register": _columns()})


@blueprint.get("/api/register")
def rows() -> Response:
    """A page of the rows that the filter lets pass."""
    with reading() as ask:
        asked, wanted, shown = ask.day(), register_filter(ask), page_of_rows(ask)
    site = served()
    on = site.day(asked)
    tag = site.tag(None, on, wanted, shown)
    return answer(tag, lambda: list_register(site.registers, site.overview, on, wanted, shown))


@blueprint.get("/api/register/sums")
def sums() -> Response:
    """What these rows come to."""
    with reading() as ask:
        asked, wanted = ask.day(), register_filter(ask)
    site = served()
    on = site.day(asked)
    return answer(site.tag(None, on, wanted), lambda: sum_register(site.registers, site.overview, on, wanted))


@blueprint.get("/api/register/facets")
def facets() -> Response:
    """The values that each field of the filter may take, with how many rows have them."""
    with reading() as ask:
        asked, wanted = ask.day(), register_filter(ask)
    site = served()
    on = site.day(asked)
    return answer(site.tag(None, on, wanted), lambda: facet_register(site.registers, site.overview, on, wanted))


@blueprint.get("/export/parcels<suffix>")
def file(suffix: str) -> Response:
    """What is listed, as a file: .xlsx, .gpkg, .zip (a Shapefile), .txt (boundary points), .geojson."""
    with reading() as ask:
        asked, wanted = ask.day(), register_filter(ask)
        sort, encoding = ask.choice("sort", SORTS, ""), ask.choice("encoding", DBF_ENCODINGS, DBF_ENCODINGS[0])
    if suffix not in MIMETYPES:
        raise NotFound(
            Words("没有这种导出格式", "no such export format"), found=suffix[:20], expected=" | ".join(MIMETYPES)
        )
    site = served()
    on = site.day(asked)
    export = ParcelExport(on, wanted, sort, current_language(), encoding)
    data = exported_parcels(site.registers, site.overview, export, suffix)
    name = f"{site.store.info.name}_地块_{on.isoformat()}{suffix}"
    return download(data, MIMETYPES[suffix], name)


@blueprint.post("/api/parcels/edit")
def edit() -> Response:
    """Edit attributes of parcels, all or none; or say what that would change (``dry_run``)."""
    actor = allow(*MAY["edit"])
    with body() as ask:
        is_dry = ask.flag("dry_run")
        edits = [_edit(each) for each in ask.objects("edits", most=MOST_EDITS, required=True)]
    act = preview_edits if is_dry else edit_parcels
    return jsonify(act(served().store, actor, edits))


@blueprint.get("/api/views")
def views() -> Response:
    """The saved views of a page."""
    with reading() as ask:
        of_page = ask.text("page")
    site = served()
    return answer(site.tag(("saved_view",), of_page), lambda: list_views(site.store, of_page))


@blueprint.post("/api/views")
def save() -> tuple[Response, int]:
    """Save a view under a name, or rename one (``was``)."""
    actor = allow(*MAY["edit"])
    with body() as ask:
        name = ask.text("name", longest=60, required=True)
        of_page = ask.text("page", PAGE, longest=40)
        query = ask.text("query", longest=LONGEST_QUERY)
        was = ask.text("was", longest=60)
        replace = ask.flag("replace")
    return jsonify(save_view(served().store, actor, (name, of_page, query), was=was, replace=replace)), 201


@blueprint.post("/api/views/withdraw")
def withdraw() -> Response:
    """Take a saved view away."""
    actor = allow(*MAY["edit"])
    with body() as ask:
        name = ask.text("name", longest=60, required=True)
    return jsonify(withdraw_view(served().store, actor, name))


def _edit(ask: BodyAsker) -> Edit:
    version = ask.whole("version", 0, 2**31 - 1)
    return Edit(ask.text("parcel_no", required=True), ask.scalars("values", required=True), version)


def _columns() -> Record:
    """What the page must know of the columns: what each holds, what it is called, what may be edited, and how."""
    editable = {column.name: column for column in EDITABLE}
    site = served()
    return {
        "columns": [
            {
                "name": name,
                "kind": kind,
                "codes": CODES[name].__name__ if name in CODES else None,
                **(PARCEL.column(name).words.as_dict() if name in PARCEL.names else {}),
            }
            for name, kind in KINDS.items()
        ],
        "editable": {
            name: {
                "type": column.type,
                "codes": column.codes.__name__ if column.codes else None,
                **column.words.as_dict(),
            }
            for name, column in editable.items()
        },
        "towns": [{"code": town["code"], "name": town["name"]} for town in list_towns(site.store, site.day(None))],
    }
