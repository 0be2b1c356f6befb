"""The files to practise with at the import desk: each preview is what its commit does, and then nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gis.ingest.staging import Staging, Upload
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.commit_upload import commit_upload
from gis.workflows.import_choices import Choices
from gis.workflows.make_demo import make_demo
from gis.workflows.preview_upload import check_upload
from gis.workflows.show_upload import show_upload
from gis.workflows.stage_upload import stage_upload
from gis.workflows.write_demo_files import IMPORTS

FATES = ("new", "changed", "unchanged")
# Larger files take their time.
LOOKED_AT_TWICE = 1000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("demo")).files_dir


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(create_store(tmp_path / "练习.gpkg", name="练习县", crs="EPSG:4546", actor=LOCAL_ACTOR)) as made:
        yield made


def quiet(_words: object, _share: float) -> None:
    return None


def previewed(store: Store, staging: Staging, path: Path) -> tuple[Upload, dict[str, Any]]:
    """The upload as it is detected without a word said, but for the scheme of land classes where that is asked for."""
    with path.open("rb") as stream:
        upload = stage_upload(staging, LOCAL_ACTOR, path.name, stream)
    check_upload(store, upload, 0, Choices(), quiet)
    preview: dict[str, Any] = show_upload(store, upload)["parts"][0]["preview"]
    if preview["asks"] == ["scheme"]:
        check_upload(store, upload, 0, Choices(kind=preview["kind"], scheme="用地用海 2023"), quiet)
        preview = show_upload(store, upload)["parts"][0]["preview"]
    return upload, preview


def test_every_file_is_told_for_what_it_is_and_does_what_its_preview_says(files, store, tmp_path):
    staging = Staging(tmp_path / "uploads")
    for name, kind in IMPORTS:
        upload, preview = previewed(store, staging, files / name)
        assert (preview["kind"], preview["counts"]["refused"]) == (kind, 0), name
        report = commit_upload(store, LOCAL_ACTOR, upload, 0, preview["digest"], quiet)
        counts = [preview["counts"][fate] for fate in FATES]
        assert counts == [report.stored, report.updated, report.unchanged], name
        side = {ledger: [told.get(fate, 0) for fate in FATES] for ledger, told in preview["side"].items()}
        assert side == {n: [c.stored, c.updated, c.unchanged] for n, c in report.side.items()}, name
        staging.drop(upload)
        if report.read > LOOKED_AT_TWICE:
            continue
        upload, again = previewed(store, staging, files / name)
        assert again["counts"]["unchanged"] == report.read, name
        staging.drop(upload)
