"""
A member of the tour scores: the code opens the sheet, and one ballot is cast with it. Nothing says who.

What the rows can tell all the same is said in gis.workflows.scoring.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from gis.analysis.scores import sheet_as_dict
from gis.errors import InvalidParameter, NotFound, Place
from gis.layers import BALLOT
from gis.model import Actor, Role
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.record_row import row_frame
from gis.workflows.scoring import Scoring, cast_in, find_scoring
from gis.workflows.scoring_codes import digest_of, tidy_code

# As whom every ballot is written.
ANYBODY = Actor("评分人", Role.EDITOR)
LONGEST_RECEIPT = 64


class WrongCode(NotFound):
    """A code that opens nothing here: of no scoring, of another one, or mistyped. Which of these is not told."""


def sheet_for_code(reader: Reader, tour_no: str, code: str) -> Record:
    """
    The sheet for who has a code that can be used: ``{criteria, sites}``, as ``sheet_as_dict`` writes them.

    Raises
    ------
    WrongCode
        The code is none of this tour's; the same where the tour has no scoring, or is none.
    InvalidParameter
        The code was used, or the scoring is closed.
    """
    scoring, _ = _opened_by(reader, tour_no, code)
    said = sheet_as_dict(scoring.sheet)
    return {"criteria": said["criteria"], "sites": said["sites"]}


def cast_ballot(store: Store, tour_no: str, code: str, marks: Mapping[str, Any], *, receipt: str = "") -> Record:
    """
    Cast the ballot of a code, once: ``{projects}``, how many it marks. All of it in one transaction, so that of two
    uses at once one is a ballot and the other is refused.

    ``receipt``: a random text that the sender made up and keeps. The same ballot with the same one may be sent again:
    the answer to it was lost, and it counts once. Only its digest is stored.

    Raises
    ------
    WrongCode
        As ``sheet_for_code``.
    InvalidParameter
        The code was used, the scoring is closed, or the marks do not fit the sheet (everything that is wrong at once).
    """
    _known(store, tour_no, code)  # who guesses at codes opens no transaction
    with store.writing(ANYBODY) as writer:
        found, digest = _known(writer, tour_no, code)
        already = cast_in(writer, found).get(digest)
        if already is not None and receipt and already == _ballot(found, marks, receipt):
            return {"projects": len(already["marks"])}
        _require_usable(found, is_used=already is not None)
        ballot = _ballot(found, marks, receipt)
        writer.append("ballot", row_frame(BALLOT, {"tour_no": tour_no, "code_digest": digest, "marks": ballot}))
    return {"projects": len(ballot["marks"])}


def _opened_by(reader: Reader, tour_no: str, code: str) -> tuple[Scoring, str]:
    found, digest = _known(reader, tour_no, code)
    _require_usable(found, is_used=digest in cast_in(reader, found))
    return found, digest


def _known(reader: Reader, tour_no: str, code: str) -> tuple[Scoring, str]:
    scoring, typed = find_scoring(reader, tour_no), tidy_code(code)
    digest = "" if scoring is None else digest_of(scoring.salt, typed)
    if scoring is None or not typed or digest not in scoring.digests:
        words = Words("评分码不对，请核对后重新输入", "this code is wrong; look at it again")
        raise WrongCode(words, expected="XXXX-XXXX-XXXX", place=Place(column="code"))
    return scoring, digest


def _require_usable(scoring: Scoring, *, is_used: bool) -> None:
    if is_used:
        words = Words("这个评分码已用过，一个码只能提交一次", "this code was used; each counts once")
        raise InvalidParameter(words, place=Place(column="code"))
    if not scoring.is_open:
        raise InvalidParameter(Words("评分已经结束", "the scoring is over"), place=Place(column="code"))


def _ballot(scoring: Scoring, marks: Mapping[str, Any], receipt: str) -> Record:
    if len(receipt) > LONGEST_RECEIPT:
        words = Words("回执过长", "the receipt is too long")
        raise InvalidParameter(
            words, found=str(len(receipt)), expected=f"≤ {LONGEST_RECEIPT}", place=Place(column="receipt")
        )
    digest = hashlib.sha256(f"{scoring.salt}:{receipt}".encode()).hexdigest() if receipt else ""
    return {"marks": scoring.sheet.checked(marks), "receipt": digest}
