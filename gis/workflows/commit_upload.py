"""
Write a previewed part of an upload into the store: in one transaction, whole or not at all, and as the preview said.

What somebody else wrote meanwhile is looked at within the transaction: where it changes what this import would do,
nothing is written and a fresh preview is kept. Progress lies beside the upload; whether an import was committed is
told by the store's own log, so that a killed process leaves no doubt.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from gis.errors import Conflict, GuatuError, InvalidParameter
from gis.ingest.report import ImportReport
from gis.ingest.staging import Upload
from gis.model import Actor
from gis.store.port import Store, Writer
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.draft_import import Draft, OpenedPart, draft_import, open_part, versions_of
from gis.workflows.import_choices import Choices
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.preview_upload import Tell, keep_preview, no_preview
from gis.workflows.stage_upload import check_importer, part_of
from gis.workflows.store_prepared import Storing, report_of


class _Moved(Exception):
    """The store is not what the preview saw; carries the draft of what it is now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft


def commit_upload(store: Store, actor: Actor, upload: Upload, number: int, seen: str, tell: Tell) -> ImportReport:
    """
    Import part ``number`` as its preview said; ``seen``: the digest of the preview that the person confirmed.

    Raises
    ------
    NotFound
        There is no preview, or no such part.
    InvalidParameter
        Something must be said first, or the same part was imported already.
    Conflict
        The rows would fare otherwise than the preview said; a fresh one is kept.
    NotAllowed, StoreBusy, StoreFull, InvalidRow
        From the store; nothing is stored.
    """
    check_importer(actor)
    part, alone = part_of(upload, number)
    choices = Choices.from_dict(upload.kept(f"choices-{number}.json") or {})
    _check_ready(upload, number)
    began = time.perf_counter()
    tell(Words("读取文件", "reading"), 0.05)
    opened = open_part(upload, part, choices, alone=alone)
    tell(Words("核对", "checking again"), 0.3)
    draft = draft_import(store, opened, choices)
    _check_said(draft)
    tell(Words("入库", "storing"), 0.6)
    try:
        report = _Committing(store, actor, upload, number, opened).run(draft, seen, began)
    except _Moved as moved:
        keep_preview(store, upload, number, opened, moved.draft)
        raise _conflict() from None
    upload.keep(f"done-{number}.json", report.as_dict())
    tell(Words("完成", "done"), 1.0)
    return report


def _check_ready(upload: Upload, number: int) -> None:
    preview = upload.kept(f"preview-{number}.json")
    if preview is None or preview.get("problem"):
        raise no_preview()
    if upload.kept(f"done-{number}.json") is not None:
        raise InvalidParameter(Words("这一部分已经入库", "this part has been imported already"), found=upload.name)


def _check_said(draft: Draft) -> None:
    if "scheme" in draft.asks:
        raise InvalidParameter(
            Words("请先选择地类编码所用的分类标准", "say first of which scheme the land class codes are"),
            expected="scheme",
        )
    if draft.choices.retire and draft.table.refused:
        raise InvalidParameter(
            Words(
                "有被拒绝的行时不能注销缺少的记录，请先处理",
                "rows are refused: deal with them before others are retired",
            ),
            found=str(len(draft.table.refused)),
            expected="0",
        )
    if not draft.fates and not (draft.choices.retire and len(draft.removed)):
        raise InvalidParameter(Words("没有可以入库的行", "there is no row to import"), found="0", expected="≥ 1")


def _conflict() -> GuatuError:
    words = Words(
        "预览之后库中有关数据已被他人修改，未写入任何内容；预览已刷新，请重新核对",
        "somebody changed these data since the preview; nothing was written. The preview is fresh: look again",
    )
    return Conflict(words, (), found="preview", expected="preview")


class _Committing:
    """One commit under way."""

    def __init__(self, store: Store, actor: Actor, upload: Upload, number: int, opened: OpenedPart) -> None:
        self.store, self.actor, self.upload, self.number, self.opened = store, actor, upload, number, opened

    def run(self, draft: Draft, seen: str, began: float) -> ImportReport:
        with writing_assessed(self.store, self.actor) as writer:
            if self.store.version(versions_of(draft.layer)) != draft.version:
                draft = draft_import(self.store, self.opened, draft.choices)
            if draft.digest != seen:
                raise _Moved(draft)
            storing = Storing(self.store, draft.layer, draft.choices.on)
            written = storing.write(writer, draft.ready)
            retired = self._retire(writer, draft)
            report = report_of(draft.ready, written, time.perf_counter() - began)
            storing.log(writer, report, written, self._more(draft, retired))
        return report

    def _retire(self, writer: Writer, draft: Draft) -> list[str]:
        """Rows that a complete file lacks, where the person wants them gone."""
        if not draft.choices.retire or not len(draft.removed):
            return []
        keys = sorted(draft.removed[draft.layer.key[0]].astype(str))
        writer.retire(draft.layer.name, keys, draft.choices.on or default_day(self.store))
        return keys

    def _more(self, draft: Draft, retired: list[str]) -> Mapping[str, Any]:
        """What the log keeps of this import so that it can be explained, and undone."""
        return {
            "upload": self.upload.id,
            "part": self.number,
            "choices": draft.choices.as_dict(),
            "retired": retired,
            "retired_on": (draft.choices.on or default_day(self.store)).isoformat() if retired else None,
        }
