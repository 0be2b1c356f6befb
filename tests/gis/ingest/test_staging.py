"""Uploads wait in folders of their own: bounded, nobody else's, gone after a day, worked on by one at a time."""

import errno
import io
import os
import threading
import time

import pytest

from gis.errors import InvalidParameter, NotFound, StoreBusy, StoreFull, UnreadableFile
from gis.ingest.staging import Limits, Staging, UploadTooLarge, default_folder
from gis.model import Actor, Role

OFFICER, PLANNER = Actor("李土地", Role.LAND_OFFICER), Actor("王规划", Role.PLANNER)
BOSS = Actor("管理员", Role.ADMIN)
# Of "test" and a line feed.
SHA = "f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2"


@pytest.fixture
def staging(tmp_path):
    return Staging(tmp_path / "uploads", Limits(upload_bytes=1000, total_bytes=1500, per_person=3))


def received(staging, content=b"test\n", name="a.txt", actor=OFFICER):
    return staging.receive(name, io.BytesIO(content), actor)


def test_the_bytes_are_kept_as_they_came_with_their_digest(staging):
    upload = received(staging)
    assert (upload.size, upload.sha256) == (5, SHA)
    assert upload.file.read_bytes() == b"test\n"
    assert staging.upload(upload.id, OFFICER) == upload


def test_an_upload_is_its_owner_s_and_the_administrator_s(staging):
    upload = received(staging)
    assert staging.upload(upload.id, BOSS) == upload
    with pytest.raises(NotFound):
        staging.upload(upload.id, PLANNER)
    assert [u.id for u in staging.uploads(OFFICER)] == [upload.id]
    assert staging.uploads(PLANNER) == ()


@pytest.mark.parametrize("upload_id", ["", "..", "../../etc", "0" * 15, "0" * 16, "G" * 16, "x/y"])
def test_an_id_that_is_none_finds_nothing(staging, upload_id):
    with pytest.raises(NotFound):
        staging.upload(upload_id, BOSS)


def test_more_than_an_upload_may_hold_is_refused_and_nothing_of_it_stays(staging):
    with pytest.raises(UploadTooLarge):
        received(staging, b"x" * 1001)
    assert list(staging.folder.iterdir()) == []


def test_an_empty_file_is_refused(staging):
    with pytest.raises(UnreadableFile, match="empty"):
        received(staging, b"")


def test_a_person_has_only_so_many_and_the_folder_holds_only_so_much(staging):
    for _ in range(3):
        received(staging)
    with pytest.raises(InvalidParameter, match="too many uploads"):
        received(staging)
    received(staging, b"x" * 1000, actor=PLANNER)
    received(staging, b"x" * 1000, actor=PLANNER)
    with pytest.raises(InvalidParameter, match="full"):
        received(staging, actor=BOSS)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\地块.zip", "地块.zip"),
        ("a\x00b\n.txt", "ab.txt"),
        ("", "upload"),
        ("...", "upload"),
        ("长" * 300 + ".gpkg", "长" * 115 + ".gpkg"),
        ("a.exe;rm", "a.exe;rm"),
    ],
)
def test_names_are_shown_clean_and_never_used_as_a_path(staging, name, kept):
    upload = received(staging, name=name)
    assert upload.name == kept
    assert upload.file.parent == staging.folder / upload.id
    assert upload.file.name.startswith("original")


def test_after_a_day_an_upload_is_gone_unless_it_is_being_worked_on(staging):
    old, busy = received(staging), received(staging)
    for upload in (old, busy):
        os.utime(upload.folder, (time.time() - 25 * 3600,) * 2)
    with busy.working():
        staging.sweep(now=True)
        assert not old.folder.exists()
        assert busy.folder.exists()


def test_one_works_on_an_upload_at_a_time_and_nobody_drops_it_meanwhile(staging):
    upload = received(staging)
    with upload.working():
        assert upload.is_worked_on
        with pytest.raises(StoreBusy), upload.working():
            pass
        with pytest.raises(StoreBusy):
            staging.drop(upload)
    assert not upload.is_worked_on
    staging.drop(upload)
    assert not upload.folder.exists()


def test_a_lock_taken_here_can_be_given_back_by_a_thread(staging):
    upload = received(staging)
    held = upload.working()
    held.__enter__()
    thread = threading.Thread(target=held.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    assert not upload.is_worked_on


def test_what_is_kept_beside_is_whole_or_not_there(staging):
    upload = received(staging)
    upload.keep("choices-0.json", {"kind": "parcels"})
    assert upload.kept("choices-0.json") == {"kind": "parcels"}
    assert upload.kept("preview-0.json") is None
    with pytest.raises(ValueError, match=r"\.\./x"):
        upload.keep("../x", {})


def test_work_on_a_dropped_upload_ends_without_bringing_it_back(staging):
    upload = received(staging)
    staging.drop(upload)
    with pytest.raises(NotFound):
        upload.keep("status.json", {})
    assert not upload.folder.exists()


def test_what_is_still_looked_through_is_not_there_yet_for_anybody(staging):
    def look(upload):
        upload.keep("contents.json", {})
        assert staging.uploads(OFFICER) == ()
        with pytest.raises(NotFound):
            staging.upload(upload.id, OFFICER)

    upload = staging.receive("a.txt", io.BytesIO(b"test\n"), OFFICER, look)
    assert staging.uploads(OFFICER) == (upload,)
    assert upload.kept("contents.json") == {}


def test_a_file_that_cannot_be_looked_through_leaves_nothing_whatever_went_wrong(staging):
    def look(_upload):
        raise MemoryError

    with pytest.raises(MemoryError):
        staging.receive("a.txt", io.BytesIO(b"test\n"), OFFICER, look)
    assert list(staging.folder.iterdir()) == []


class Breaking(io.BytesIO):
    """A file of whose bytes the first come, and then this error."""

    def __init__(self, number):
        super().__init__(b"test\n")
        self.number = number

    def read(self, size=-1):
        if chunk := super().read(size):
            return chunk
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named_as_such_and_nothing_of_the_file_stays(staging, number):
    with pytest.raises(StoreFull, match="no room"):
        staging.receive("a.txt", Breaking(number), OFFICER)
    assert list(staging.folder.iterdir()) == []


def test_another_fault_of_the_disk_is_not_called_a_full_one(staging):
    with pytest.raises(OSError, match="Input/output"):
        staging.receive("a.txt", Breaking(errno.EIO), OFFICER)
    assert list(staging.folder.iterdir()) == []


def test_a_folder_of_somebody_else_is_not_used(tmp_path):
    place = tmp_path / "link"
    place.symlink_to(tmp_path)
    with pytest.raises(InvalidParameter, match="GUATU_UPLOAD_DIR"):
        received(Staging(place))


def test_uploads_lie_beside_a_store_of_one_file_and_never_in_it(tmp_path):
    assert default_folder(str(tmp_path / "县.gpkg")) == tmp_path / "县.gpkg.uploads"
    assert "guatu-uploads" in default_folder("postgresql://x@y/z").name
