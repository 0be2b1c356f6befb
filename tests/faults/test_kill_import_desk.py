"""kill -9 of a process that commits an upload: all of it is stored or nothing, and the page is told which."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gis.ingest.staging import Staging, Upload
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.commit_upload import commit_upload
from gis.workflows.import_choices import Choices
from gis.workflows.preview_upload import check_upload
from gis.workflows.show_upload import show_upload
from gis.workflows.stage_upload import stage_upload
from tests.contract.store_samples import CRS, OFFICER, parcels

ROOT = Path(__file__).resolve().parents[2]
# Says that it is where it is to be killed, and stays there.
_HANG = """
import sys, time
from functools import partial
from pathlib import Path
from gis.ingest import staging
from gis.store import open_store
from gis.workflows import commit_upload as committing, run_upload as running, store_prepared
from tests.contract.store_samples import OFFICER

def hang(*_, **__):
    print("here", flush=True)
    time.sleep(300)

where, folder, upload_id, moment = sys.argv[1:]
store, upload = open_store(where), staging.Staging(Path(folder)).upload(upload_id, OFFICER)
digest = upload.kept("preview-0.json")["digest"]
if moment == "before the commit":
    store_prepared.Storing.log = hang
else:
    keep = staging.Upload.keep
    staging.Upload.keep = lambda self, name, value: hang() if name == "done-0.json" else keep(self, name, value)
work = partial(committing.commit_upload, store, OFFICER, upload, 0, digest)
running.run_upload(upload, "committing", 0, work, 300)
"""


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgis":
        return str(request.getfixturevalue("postgis_dsn"))
    return str(tmp_path / "county.gpkg")


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    with closing(create_store(where, name="示范县", crs=CRS, actor=OFFICER)) as made:
        yield made


@pytest.fixture
def upload(store: Store, tmp_path: Path) -> Upload:
    frame = parcels(3).rename(columns={"parcel_no": "地块编号"})
    data = io.BytesIO(frame.to_json(to_wgs84=False).encode())
    found = stage_upload(Staging(tmp_path / "uploads"), OFFICER, "地块.geojson", data)
    check_upload(store, found, 0, Choices.from_dict({"kind": "parcels", "crs": CRS}), lambda _words, _share: None)
    return found


def killed(where: str, upload: Upload, moment: str) -> None:
    """A process that commits the upload is killed at this moment."""
    command = [sys.executable, "-c", _HANG, where, str(upload.folder.parent), upload.id, moment]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    assert upload.is_worked_on
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_killed_before_the_commit_nothing_is_stored_and_it_can_be_tried_again(store, where, upload):
    killed(where, upload, "before the commit")
    told = show_upload(store, upload)
    assert told["status"]["error"]["cause"] == "Interrupted"
    assert told["parts"][0]["done"] is None
    assert store.count("parcel") == 0
    report = commit_upload(
        store, OFFICER, upload, 0, told["parts"][0]["preview"]["digest"], lambda _words, _share: None
    )
    assert report.stored == 3


def test_killed_after_the_commit_everything_is_stored_and_told_as_done(store, where, upload):
    killed(where, upload, "after the commit")
    told = show_upload(store, upload)
    assert told["status"]["error"] is None
    assert told["parts"][0]["done"]["stored"] == 3
    assert store.count("parcel") == 3
