"""What a scoring came to, once it is closed: as JSON, and as a workbook."""

from __future__ import annotations

import io
from dataclasses import asdict

import pandas as pd

from gis import __version__
from gis.analysis.scores import ProjectScore, ScoreSheet, TownScore, Trim, score_projects, score_towns, sheet_as_dict
from gis.errors import InvalidParameter
from gis.model import ScoringState
from gis.reports.table import Table, TableColumn
from gis.reports.table_xlsx import write_book
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.scoring import Scoring, cast_in, find_scoring, read_scoring


def show_scoring(reader: Reader, tour_no: str) -> Record:
    """
    ``{tour_no, state, plan_no, sheet, ballots, codes, since, result}``: ``result`` None before it is closed, all of it
    None where there is no scoring. ``result``: ``{projects: [{code, name, town, town_name, ballots, counted, score,
    mean, marks, rank}], towns: [{town, name, projects, score, rank}]}``, projects from the best, unmarked ones last.
    """
    found = find_scoring(reader, tour_no)
    if found is None:
        return {"tour_no": tour_no} | dict.fromkeys(
            ("state", "plan_no", "sheet", "ballots", "codes", "since", "result")
        )
    ballots = len(cast_in(reader, found))
    return {
        "tour_no": tour_no,
        "state": found.state.value,
        "plan_no": found.plan_no,
        "sheet": sheet_as_dict(found.sheet),
        "ballots": ballots,
        "codes": len(found.digests),
        "since": None if found.since is None else f"{found.since.isoformat(timespec='seconds')}Z",
        "result": None if found.is_open else show_result(reader, tour_no),
    }


def show_result(reader: Reader, tour_no: str) -> Record:
    """As ``show_scoring``'s; raises InvalidParameter while the scoring is open, NotFound where there is none."""
    projects, towns = _scores(reader, read_scoring(reader, tour_no))
    return {
        "projects": [{**asdict(each.site), **_figures(each)} for each in projects],
        "towns": [asdict(each) for each in towns],
    }


def export_scores(store: Store, tour_no: str, language: str = "zh") -> bytes:
    """The workbook's bytes: projects, towns, notes. Raises as ``show_result``."""
    found = read_scoring(store, tour_no)
    projects, towns = _scores(store, found)
    ballots = len(cast_in(store, found))
    target = io.BytesIO()
    tables = (_project_table(store, found, projects, ballots), _town_table(towns))
    write_book(tables, target, language)
    return target.getvalue()


def _scores(reader: Reader, found: Scoring) -> tuple[list[ProjectScore], tuple[TownScore, ...]]:
    if found.is_open:
        words = Words("评分封存后才有结果", "there is no result before the scoring is closed")
        raise InvalidParameter(words, found=found.state.value, expected=ScoringState.CLOSED.value)
    scored = score_projects(found.sheet, [cast["marks"] for cast in cast_in(reader, found).values()])
    ordered = sorted(scored, key=lambda each: (each.rank is None, each.rank or 0))
    return ordered, score_towns(scored)


def _figures(each: ProjectScore) -> Record:
    said = asdict(each)
    del said["site"]
    return {**said, "marks": list(each.marks)}


_RANK = TableColumn("rank", Words("名次", "rank"), "days")
_PROJECT_COLUMNS = (
    _RANK,
    TableColumn("name", Words("项目名称", "project")),
    TableColumn("code", Words("项目代码", "project code")),
    TableColumn("town_name", Words("所在乡镇", "town")),
    TableColumn("score", Words("得分（百分制）", "score of 100"), "mark"),
    TableColumn("mean", Words("全部平均", "mean of all ballots"), "mark"),
    TableColumn("ballots", Words("打分票数", "ballots"), "days"),
    TableColumn("counted", Words("计入票数", "ballots counted"), "days"),
)
_TOWN_COLUMNS = (
    _RANK,
    TableColumn("name", Words("乡镇", "town")),
    TableColumn("score", Words("得分（百分制）", "score of 100"), "mark"),
    TableColumn("projects", Words("打分项目数", "projects scored"), "days"),
)


def _project_table(store: Store, found: Scoring, projects: list[ProjectScore], ballots: int) -> Table:
    marked = tuple(
        TableColumn(f"mark_{n}", Words(f"{c.name}（满分 {c.most:g}）", f"{c.name} (of {c.most:g})"), "mark")
        for n, c in enumerate(found.sheet.criteria)
    )
    rows = [
        {**asdict(each.site), **_figures(each), **{f"mark_{n}": mark for n, mark in enumerate(each.marks)}}
        for each in projects
    ]
    columns = (*_PROJECT_COLUMNS, *marked)
    frame = pd.DataFrame(rows).reindex(columns=[column.name for column in columns])
    notes = (
        (Words("名称", "name"), Words(store.info.name, store.info.name)),
        (Words("观摩编号", "tour number"), Words(found.tour_no, found.tour_no)),
        (
            Words("收到票数", "ballots"),
            Words(f"{ballots}（发出评分码 {len(found.digests)} 个）", f"{ballots} of {len(found.digests)} codes"),
        ),
        (Words("评分表", "score sheet"), _sheet_words(found.sheet)),
        (Words("算法", "how it is worked out"), _how(found.sheet.trim)),
        (Words("来源", "source"), Words(f"挂图 {__version__}，不记名评分", f"Guatu {__version__}, anonymous ballots")),
    )
    return Table(Words("项目得分", "projects"), columns, _whole_numbers(frame), notes)


def _town_table(towns: tuple[TownScore, ...]) -> Table:
    frame = pd.DataFrame([asdict(each) for each in towns])
    return Table(Words("乡镇排名", "towns"), _TOWN_COLUMNS, _whole_numbers(frame))


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(rank=frame["rank"].astype("Int64"))


def _sheet_words(sheet: ScoreSheet) -> Words:
    return Words(
        "；".join(f"{c.name}：满分 {c.most:g}，权重 {c.weight:g}" for c in sheet.criteria),
        "; ".join(f"{c.name}: of {c.most:g}, weight {c.weight:g}" for c in sheet.criteria),
    )


def _how(trim: Trim) -> Words:
    """How a score came about, in a sentence."""
    dropped = [
        *([Words(f"最高、最低各 {trim.count} 票", f"the {trim.count} highest and lowest")] if trim.count else []),
        *(
            [
                Words(
                    f"最高、最低各 {trim.share:.0%}（舍去零头）",
                    f"the highest and lowest {trim.share:.0%} (rounded down)",
                )
            ]
            if trim.share
            else []
        ),
    ]
    each = Words("每票得分＝Σ权重×分数÷满分÷Σ权重×100", "a ballot scores 100 × Σ weight × mark / largest ÷ Σ weight")
    if not dropped:
        return Words(
            f"{each.zh}；项目得分为各票平均；乡镇得分为其项目平均",
            f"{each.en}; a project's score is their mean, a town's that of its projects",
        )
    zh, en = " 加 ".join(d.zh for d in dropped), " and ".join(d.en for d in dropped)
    return Words(
        f"{each.zh}；去掉{zh}（至少留一票）后平均为项目得分，各项均分同此；乡镇得分为其项目平均",
        f"{each.en}; a project's score, and its marks, are the mean without {en} (at least one is left); "
        "a town's score is the mean of its projects",
    )
