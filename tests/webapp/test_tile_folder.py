"""Tiles that the processes of one host share: kept whole, bounded, private, and never in the way."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from flask import Flask

from gis.settings import Settings
from gis.store.port import Store
from webapp import create_app
from webapp.tile_folder import TileFolder, default_folder

MB = 1_000_000


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def refuse() -> bytes:
    raise AssertionError("made again")


def test_a_value_is_made_once_for_all_who_share_the_folder(tmp_path: Path) -> None:
    assert TileFolder(tmp_path / "a", MB).get_or_make("key", lambda: b"tile") == b"tile"
    assert TileFolder(tmp_path / "a", MB).get_or_make("key", refuse) == b"tile"
    assert TileFolder(tmp_path / "a", MB).get_or_make("other", lambda: b"") == b""
    assert TileFolder(tmp_path / "a", MB).get_or_make("other", refuse) == b""


@pytest.mark.parametrize("damaged", [b"", b"short", b"\0" * 40])
def test_a_damaged_value_is_made_again(tmp_path: Path, damaged: bytes) -> None:
    folder = TileFolder(tmp_path, MB)
    folder.get_or_make("key", lambda: b"a tile of some length")
    (kept,) = files(tmp_path)
    kept.write_bytes(damaged)
    assert folder.get_or_make("key", lambda: b"anew") == b"anew"
    assert folder.get_or_make("key", refuse) == b"anew"


def test_one_flipped_bit_is_damage(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path, MB)
    folder.get_or_make("key", lambda: b"tile")
    (kept,) = files(tmp_path)
    content = bytearray(kept.read_bytes())
    content[-1] ^= 1
    kept.write_bytes(content)
    assert folder.get_or_make("key", lambda: b"anew") == b"anew"


def test_it_stays_within_its_bound_and_drops_what_was_read_longest_ago(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path, MB)
    for number in range(300):  # 300 × 8 kB: two and a half times what is allowed
        folder.get_or_make(f"{number}", lambda: b"x" * 8000)
        folder.get_or_make("0", refuse)
    assert sum(path.stat().st_size for path in files(tmp_path)) <= MB * (1 + 1 / 16) + 8192
    assert len(files(tmp_path)) > 80
    assert folder.get_or_make("299", refuse) == b"x" * 8000


def test_the_folder_is_for_its_account_alone(tmp_path: Path) -> None:
    TileFolder(tmp_path / "new", MB).get_or_make("key", lambda: b"tile")
    for folder in (tmp_path / "new", *(path.parent for path in files(tmp_path))):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files(tmp_path))


def test_a_folder_into_which_others_can_write_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "own", target_is_directory=True)
    (tmp_path / "own").mkdir(mode=0o700)
    (tmp_path / "file").write_text("")
    for name in ("open", "link", "file"):
        folder = TileFolder(tmp_path / name, MB)
        assert folder.get_or_make("key", lambda: b"tile") == b"tile"
        assert "tiles are not kept in" in caplog.text
        caplog.clear()
    assert files(tmp_path) == [tmp_path / "file"]


def test_a_folder_that_has_gone_is_no_error(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path / "gone", MB)
    (tmp_path / "gone").rmdir()
    assert folder.get_or_make("key", lambda: b"tile") == b"tile"


def test_nothing_is_kept_where_nothing_may_be(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path / "none", 0)
    assert folder.get_or_make("key", lambda: b"tile") == b"tile"
    assert not (tmp_path / "none").exists()


def _hammer(folder: Path, start: int) -> None:
    shared = TileFolder(folder, MB)
    for step in range(400):
        number = (start + step * 7) % 150
        value = b"%d" % number * 3000
        if shared.get_or_make(str(number), lambda value=value: value) != value:
            os._exit(1)
    os._exit(0)


def test_processes_that_write_read_and_sweep_at_once_get_their_own_values(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_hammer, args=(tmp_path / "shared", start)) for start in (0, 50, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_the_folder_lies_in_the_temporary_one_and_bears_the_account() -> None:
    assert default_folder().name == f"guatu-tiles-{os.getuid()}"


def test_two_apps_on_one_store_draw_a_tile_once(store: Store, tmp_path: Path) -> None:
    settings = Settings(tile_cache_dir=str(tmp_path / "tiles"))
    address = "/tiles/parcel/14/13380/6599.mvt"
    first = create_app(settings, store).test_client().get(address)
    other: Flask = create_app(settings, store)

    def draw(*_: object) -> bytes:
        raise AssertionError("drawn again")

    object.__setattr__(other.extensions["guatu"].drawer, "draw", draw)
    assert other.test_client().get(address).get_data() == first.get_data()
    assert len(files(tmp_path)) == 1
