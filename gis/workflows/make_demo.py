"""Make the sample county: a store to look at, and the files to practise the import with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gis import demo, rules
from gis.demo.county import DEFAULT_SEED, County, build_county
from gis.demo.facts import DATA_DIR
from gis.model import Actor, Role
from gis.store import create_store
from gis.store.geopackage.ddl import SCHEMA_VERSION
from gis.words import Words
from gis.workflows import load_county as loading
from gis.workflows import write_demo_files as writing
from gis.workflows.load_county import load_county
from gis.workflows.write_demo_files import write_demo_files

STORE_NAME = "示例县.gpkg"
FILES_NAME = "练习文件"
# Written last: where it is, and says this edition, store and files are whole.
STAMP_NAME = "示例县.json"
BUILDER = Actor("示例县生成程序", Role.ADMIN)
Progress = Callable[[Words, float], None]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the sample county lies. ``is_new``: built now, not found from before."""

    store_path: Path
    files_dir: Path
    files: tuple[Path, ...]
    is_new: bool


def make_demo(directory: Path, *, progress: Progress | None = None) -> DemoResult:
    """
    The sample county in ``directory`` (made where it is not): built, or found as it was built before.

    A store of another edition is replaced as a whole, whatever was changed in it.

    Raises
    ------
    UnreadableFile
        The facts that it is built from are not there: not run from a source checkout.
    """
    tell = progress or _silent
    directory.mkdir(parents=True, exist_ok=True)
    found = _found(directory)
    if found is not None:
        tell(Words("示例县已存在", "the sample county is there already"), 1.0)
        return found
    (directory / STAMP_NAME).unlink(missing_ok=True)
    tell(Words("生成示例县", "drawing the sample county"), 0.05)
    county = build_county()
    tell(Words("写入示例库", "storing it"), 0.45)
    store_path = _stored(county, directory)
    tell(Words("写出练习文件", "writing the files to practise with"), 0.75)
    files = write_demo_files(county, directory / FILES_NAME)
    names = [file.name for file in files]
    (directory / STAMP_NAME).write_text(json.dumps(_stamp(names), ensure_ascii=False), encoding="utf-8")
    tell(Words("完成", "done"), 1.0)
    return DemoResult(store_path, directory / FILES_NAME, files, True)


def _silent(_words: Words, _share: float) -> None:
    return None


def _stamp(names: list[str]) -> dict[str, object]:
    return {"edition": _edition(), "seed": DEFAULT_SEED, "schema": SCHEMA_VERSION, "files": names}


def _edition() -> str:
    """A text that changes with anything that the county is made of: its program, its facts, the rules."""
    sources = [Path(str(module.__file__)) for module in (loading, writing)]
    for package in (demo, rules):
        sources += Path(str(package.__file__)).parent.glob("*.*")
    digest = hashlib.sha256()
    for path in sorted((*sources, *DATA_DIR.glob("*.*"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _found(directory: Path) -> DemoResult | None:
    """The county as an earlier run left it, where it is whole and of this edition."""
    try:
        stamp = json.loads((directory / STAMP_NAME).read_text(encoding="utf-8"))
        names = [str(name) for name in stamp["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    store, folder = directory / STORE_NAME, directory / FILES_NAME
    files = tuple(folder / name for name in names)
    if stamp != _stamp(names) or not all(path.is_file() for path in (store, *files)):
        return None
    return DemoResult(store, folder, files, False)


def _stored(county: County, directory: Path) -> Path:
    """The store, built under another name and then put in place, so that a half-built one is never found."""
    final, draft = directory / STORE_NAME, directory / f".{STORE_NAME}.draft"
    _remove(draft)
    new = create_store(draft, name=county.name, crs=county.crs, actor=BUILDER, data_on=county.data_on, is_sample=True)
    with closing(new) as store:
        load_county(county, store, BUILDER)
    _remove(final)
    draft.replace(final)
    return final


def _remove(path: Path) -> None:
    """A store's file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
