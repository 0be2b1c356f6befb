"""Files attached to parcels and batches, through the web."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gis.accounts import Account
from gis.model import LOCAL_ACTOR, Role
from gis.store.attached_files import LARGEST_FILE_BYTES, AttachedFiles
from gis.store.port import Store
from gis.workflows.list_attachments import verify_attachments
from tests.webapp.accounts import accounts_with, signed_in
from tests.webapp.conftest import SETTINGS
from tests.webapp.sending import ELSEWHERE, send
from webapp import create_app

PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n...."
SHA = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def desk(own_store: Store, folder: Path) -> FlaskClient:
    return create_app(replace(SETTINGS, files_dir=str(folder)), own_store).test_client()


def attach(client: FlaskClient, content: bytes = PDF, name: str = "预公告.pdf", **fields: Any) -> TestResponse:
    address = fields.pop("to", "/api/parcels/1/attachments")
    origin = fields.pop("origin", {})
    return send(client, "POST", address, data={"file": (io.BytesIO(content), name), **fields}, **origin)


def given(client: FlaskClient, name: str = "预公告.pdf") -> tuple[int, bytes]:
    """Status and content of the attached file."""
    with client.get(f"/files/{SHA}/{name}") as answer:
        return answer.status_code, answer.data


def listed(client: FlaskClient, address: str = "/api/parcels/1/attachments") -> list[dict[str, Any]]:
    return client.get(address).get_json()["attachments"]


def test_an_attached_file_is_listed_and_given_out_as_it_came(desk):
    answer = attach(desk, kind="document", stage="pre_notice", note="张贴")
    assert answer.status_code == 201
    (row,) = listed(desk)
    assert row == answer.get_json()
    told = {name: row[name] for name in ("sha256", "file_name", "media_type", "size_bytes", "kind", "stage", "note")}
    assert told == {
        "sha256": SHA,
        "file_name": "预公告.pdf",
        "media_type": "application/pdf",
        "size_bytes": len(PDF),
        "kind": "document",
        "stage": "pre_notice",
        "note": "张贴",
    }
    assert row["recorded_by"] == LOCAL_ACTOR.name
    assert given(desk) == (200, PDF)


def test_what_is_given_out_can_do_nothing_in_a_browser(desk):
    attach(desk)
    attach(desk, PNG, "现场.png")
    pdf = desk.get(f"/files/{SHA}/预公告.pdf")
    png = desk.get(f"/files/{hashlib.sha256(PNG).hexdigest()}/现场.png")
    assert (pdf.mimetype, png.mimetype) == ("application/pdf", "image/png")
    assert pdf.headers["Content-Disposition"].startswith("attachment; ")
    assert png.headers["Content-Disposition"].startswith("inline; ")
    for answer in (pdf, png):
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        answer.close()


def test_a_picture_is_a_photograph_unless_it_is_said_to_be_a_document(desk):
    assert attach(desk, PNG, "a.png").get_json()["kind"] == "photo"
    assert attach(desk, PNG, "a.png", kind="document").get_json()["kind"] == "document"
    assert len(listed(desk)) == 1


def test_the_type_is_not_what_the_sender_says(desk):
    answer = send(
        desk,
        "POST",
        "/api/parcels/1/attachments",
        data={"file": (io.BytesIO(PDF), "../../a.html", "text/html")},
    )
    assert (answer.get_json()["media_type"], answer.get_json()["file_name"]) == ("application/pdf", "a.html.pdf")


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"<html>", b"MZ\x90\x00\x03", b"", b"GIF89a\x01\x00"])
def test_a_file_of_another_kind_is_refused_and_not_kept(desk, folder, content):
    answer = attach(desk, content)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "UnreadableFile")
    assert listed(desk) == []
    assert [p for p in folder.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(("more_bytes", "status"), [(1, 422), (1 << 20, 413)])
def test_a_file_that_is_too_large_is_refused(desk, more_bytes, status):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    form = head + PDF + b"0" * (LARGEST_FILE_BYTES - len(PDF) + more_bytes) + b"\r\n--x--\r\n"
    answer = send(desk, "POST", "/api/parcels/1/attachments", data=form, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == status
    assert listed(desk) == []


def test_a_form_without_a_file_and_with_other_names_is_told_all_at_once(desk):
    answer = send(desk, "POST", "/api/parcels/1/attachments", data={"kind": "song", "who": "me"})
    assert [e["column"] for e in answer.get_json()["errors"]] == ["file", "kind", "who"]


@pytest.mark.parametrize("address", ["/api/parcels/none/attachments", "/api/batches/none/attachments"])
def test_to_what_is_not_there_nothing_is_attached(desk, folder, address):
    assert desk.get(address).status_code == 404
    assert attach(desk, to=address).status_code == 404
    assert not folder.exists()


def test_a_batch_has_attachments_of_its_own(desk, own_store):
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.append("batch", pd.DataFrame({"name": ["2026年第1批次"], "kind": ["town_batch"], "year": [2026]}))
    address = "/api/batches/2026年第1批次/attachments"
    assert attach(desk, to=address).status_code == 201
    assert [row["file_name"] for row in listed(desk, address)] == ["预公告.pdf"]
    assert listed(desk) == []
    assert send(desk, "DELETE", f"{address}/{SHA}", {"reason": "传错了"}).status_code == 200
    assert listed(desk, address) == []


def test_a_withdrawn_file_is_given_to_nobody_and_can_be_attached_again(desk, folder):
    attach(desk)
    assert send(desk, "DELETE", f"/api/parcels/1/attachments/{SHA}", {}).status_code == 400
    assert send(desk, "DELETE", f"/api/parcels/1/attachments/{SHA}", {"reason": " "}).status_code == 400
    assert len(listed(desk)) == 1
    assert send(desk, "DELETE", f"/api/parcels/1/attachments/{SHA}", {"reason": "传错了"}).status_code == 200
    assert listed(desk) == []
    assert desk.get(f"/files/{SHA}/预公告.pdf").status_code == 404
    assert send(desk, "DELETE", f"/api/parcels/1/attachments/{SHA}", {"reason": "再来"}).status_code == 404
    assert (folder / SHA[:2] / SHA[2:]).is_file()  # the file itself stays, as evidence
    attach(desk)
    assert len(listed(desk)) == 1


def test_a_file_withdrawn_from_one_parcel_stays_with_the_other(desk):
    attach(desk)
    attach(desk, to="/api/parcels/2/attachments")
    send(desk, "DELETE", f"/api/parcels/1/attachments/{SHA}", {"reason": "传错了"})
    assert given(desk) == (200, PDF)


@pytest.mark.parametrize(
    "address",
    [
        "/files/../guatu.db/x",
        f"/files/{SHA}/other.pdf",
        f"/files/{SHA}/../预公告.pdf",
        f"/files/{'0' * 64}/预公告.pdf",
        "/files/..%2f..%2fetc/passwd",
        f"/files/{SHA[:2]}/{SHA[2:]}",
        f"/files/{SHA.upper()}/预公告.pdf",
    ],
)
def test_only_what_the_ledger_names_is_given_out(desk, folder, address):
    attach(desk)
    (folder / "secret").write_text("x")
    assert desk.get(address).status_code == 404


def test_a_file_that_is_gone_is_told(desk, own_store, folder):
    attach(desk)
    files = AttachedFiles(folder, most_bytes=1)
    assert verify_attachments(own_store, files) == ()
    (folder / SHA[:2] / SHA[2:]).write_bytes(b"%PDF-1.7 altered")
    (finding,) = verify_attachments(own_store, files)
    assert (finding.rule, finding.layer, finding.key) == ("attachment_whole", "attachment", "1 预公告.pdf")
    (folder / SHA[:2] / SHA[2:]).unlink()
    assert desk.get(f"/files/{SHA}/预公告.pdf").status_code == 404
    assert len(verify_attachments(own_store, files)) == 1


def test_who_may_not_write_attaches_nothing(desk):
    assert attach(desk, origin={"environ_base": ELSEWHERE}).status_code == 403
    assert (
        send(desk, "DELETE", f"/api/parcels/1/attachments/{SHA}", {"reason": "x"}, environ_base=ELSEWHERE).status_code
        == 403
    )
    assert desk.post("/api/parcels/1/attachments", data={"file": (io.BytesIO(PDF), "a.pdf")}).status_code == 403


def test_where_there_are_accounts_files_are_for_people_who_signed_in(own_store, folder, tmp_path):
    accounts = accounts_with(tmp_path, Account("张三", Role.EDITOR), Account("李四", Role.VIEWER))
    settings = replace(SETTINGS, files_dir=str(folder), accounts=str(accounts.path))
    desk = create_app(settings, own_store).test_client()
    signed_in(desk, "张三")
    assert attach(desk).get_json()["recorded_by"] == "张三"
    viewer = desk.application.test_client()
    assert viewer.get(f"/files/{SHA}/预公告.pdf").status_code == 401
    signed_in(viewer, "李四")
    assert given(viewer) == (200, PDF)
    assert attach(viewer).status_code == 403


def test_an_editor_of_one_town_attaches_and_withdraws_nothing_elsewhere(own_store, folder, tmp_path):
    editors = (Account("城关", Role.EDITOR, jurisdiction="T1"), Account("北关", Role.EDITOR, jurisdiction="T2"))
    accounts = accounts_with(tmp_path, *editors)
    app = create_app(replace(SETTINGS, files_dir=str(folder), accounts=str(accounts.path)), own_store)
    own, other = app.test_client(), app.test_client()
    signed_in(own, "城关")
    signed_in(other, "北关")
    assert attach(other).status_code == 403
    assert not folder.exists()
    assert attach(own).status_code == 201
    withdrawal = ("DELETE", f"/api/parcels/1/attachments/{SHA}", {"reason": "传错了"})
    assert send(other, *withdrawal).status_code == 403
    assert len(listed(own)) == 1
    assert send(own, *withdrawal).status_code == 200


def test_a_database_without_a_folder_says_what_to_set(own_store):
    answer = attach(create_app(SETTINGS, own_store).test_client())
    assert (answer.status_code, answer.get_json()["expected"]) == (400, "GUATU_FILES_DIR=FOLDER")


def test_the_parcel_itself_is_still_at_its_address(desk):
    assert desk.get("/api/parcels/1").get_json()["parcel"]["parcel_no"] == "1"
    assert json.loads(desk.get("/api/parcels/1/attachments").data)["key"] == "1"
