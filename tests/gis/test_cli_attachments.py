"""``guatu verify`` and attached files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis.cli import main
from gis.model import LOCAL_ACTOR
from gis.store import open_store
from gis.store.attached_files import AttachedFiles, folder_beside
from gis.workflows.attach_file import Attachment, attach_file
from tests.webapp.conftest import make_county


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A county one of whose parcels has a file attached."""
    path = tmp_path / "county.gpkg"
    make_county(path).close()
    files = AttachedFiles(folder_beside(str(path), None), most_bytes=10**6)
    store = open_store(path)
    attach_file(store, files, LOCAL_ACTOR, "parcel", "1", Attachment("公告.pdf"), io.BytesIO(b"%PDF-1.7\n"))
    store.close()
    return path


def verify(path: Path, **env: str) -> Result:
    return CliRunner().invoke(main, ["--db", str(path), "verify", "--json"], env={"GUATU_FILES_DIR": "", **env})


def damaged(result: Result) -> list[str]:
    return [f["key"] for f in json.loads(result.output)["findings"] if f["rule"] == "attachment_whole"]


def test_files_that_are_whole_are_no_finding(county):
    assert damaged(verify(county)) == []


def test_a_file_that_was_altered_is_found(county):
    (file,) = [p for p in Path(f"{county}.files").rglob("*") if p.is_file()]
    file.write_bytes(b"%PDF-1.7\n ")
    result = verify(county)
    assert result.exit_code == 1
    assert damaged(result) == ["1 公告.pdf"]


def test_files_are_looked_for_where_the_settings_say(county, tmp_path):
    assert damaged(verify(county, GUATU_FILES_DIR=str(tmp_path / "elsewhere"))) == ["1 公告.pdf"]
    Path(f"{county}.files").rename(tmp_path / "elsewhere")
    assert damaged(verify(county, GUATU_FILES_DIR=str(tmp_path / "elsewhere"))) == []
