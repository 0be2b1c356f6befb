"""
A batch's package (报批资料包) as one zip: boundary points, Shapefile, ledger, A3 map, checklist, and what was noticed.

Every file is made before the first is handed out; the boundary points are read back and compared to the millimetre.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from gis.errors import InvalidParameter
from gis.model import DBF_ENCODINGS, DbfEncoding
from gis.reports.batch_checklist import write_checklist
from gis.reports.batch_tables import batch_tables
from gis.reports.plan_map import write_plan
from gis.reports.table_xlsx import write_book
from gis.store.port import Store
from gis.words import Words
from gis.workflows.assemble_store_batch import Assembled, assemble
from gis.workflows.assess_store import default_day
from gis.workflows.batch_files import (
    checklist_of,
    ledger_frames,
    notes_of,
    parcel_frame,
    plan_of,
    shape_file,
    survey_file,
    warnings_text,
)
from gis.workflows.plain import Record

# Zip's own oldest day: packages of equal content are equal files.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackageChoices:
    """How a package is made: the Shapefile's encoding, the map's 审图号."""

    encoding: DbfEncoding = "GBK"
    review_no: str = ""

    def __post_init__(self) -> None:
        if self.encoding not in DBF_ENCODINGS:
            raise InvalidParameter(
                Words("不支持此编码", "no such encoding"), found=self.encoding, expected=" | ".join(DBF_ENCODINGS)
            )


@dataclass(frozen=True, slots=True)
class Package:
    """The zip's bytes and file name, its files (name → size in bytes), and what was noticed while it was made."""

    data: bytes
    file_name: str
    files: dict[str, int]
    notices: tuple[Words, ...]
    worst_mm: float

    def as_record(self) -> Record:
        """As JSON carries it, without the bytes."""
        return {
            "file_name": self.file_name,
            "size_bytes": len(self.data),
            "sha256": hashlib.sha256(self.data).hexdigest(),
            "files": self.files,
            "notices": [words.as_dict() for words in self.notices],
            "worst_mm": self.worst_mm,
        }


def export_batch(store: Store, name: str, path: Path, choices: PackageChoices | None = None) -> Package:
    """
    Write a batch's package to ``path``, which appears whole or not at all.

    Raises as ``package_batch``; InvalidParameter, too, where ``path`` is no .zip or its folder is not there.
    """
    if path.suffix.lower() != ".zip" or not path.parent.is_dir():
        words = Words("导出文件应为已有文件夹中的 .zip", "the export is a .zip in a folder that exists")
        raise InvalidParameter(words, found=str(path), expected="….zip")
    package = package_batch(store, name, choices or PackageChoices())
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".guatu-") as folder:
        making = Path(folder) / "package.zip"
        making.write_bytes(package.data)
        os.replace(making, path)
    return package


def package_batch(store: Store, name: str, choices: PackageChoices) -> Package:
    """
    Make a batch's package of the data as they are now.

    Raises
    ------
    NotFound
        There is no such batch.
    InvalidParameter
        It has no parcels.
    PackageBroken
        The boundary points, read back, are not what was written.
    InvalidValue
        A parcel cannot be written as boundary points.
    """
    found = assemble(store, name, default_day(store))
    if not len(found.members):
        words = Words(f"批次“{name}”没有地块", f"batch '{name}' has no parcels")
        raise InvalidParameter(words, found="0", expected="≥ 1")
    stem = file_stem(name)
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        notices, worst_mm = _write_files(store, found, Path(folder), stem, choices)
        files = {file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}
    sizes = {file: len(data) for file, data in files.items()}
    return Package(_zipped(files), f"{stem}.zip", sizes, notices, worst_mm)


def _write_files(  # one argument a thing that files are made of
    store: Store, found: Assembled, folder: Path, stem: str, choices: PackageChoices
) -> tuple[tuple[Words, ...], float]:
    """Write every file of the package; what was noticed, and how far the boundary points are off (mm)."""
    parcels = parcel_frame(store, found)
    data, compared, notices = survey_file(store, found, parcels)
    (folder / f"{stem}-界址点.txt").write_bytes(data)
    notices += shape_file(folder, f"{stem}-地块", parcels, choices.encoding)
    with (folder / f"{stem}-台账.xlsx").open("wb") as file:
        write_book(batch_tables(ledger_frames(found, parcels), notes_of(store, found)), file)
    with (folder / f"{stem}-地块图.pdf").open("wb") as file:
        notices += write_plan(plan_of(store, found, parcels, choices.review_no), file)
    with (folder / f"{stem}-核对清单.docx").open("wb") as file:
        write_checklist(checklist_of(store, found), file)
    said = (
        f"界址点文件 {compared.records} 宗，回读与原图最大相差 {compared.worst_mm:.3f} 毫米。\n"
        f"Shapefile 编码 {choices.encoding}。\n{warnings_text(notices)}\n"
    )
    (folder / "说明.txt").write_text(said, encoding="utf-8")
    return notices, compared.worst_mm


def file_stem(name: str) -> str:
    """A batch's name as a file name that every system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", name).strip(" .")[:60] or "批次"


def _zipped(files: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return target.getvalue()
