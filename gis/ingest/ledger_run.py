"""What the readers of a monthly ledger share: the table under way, the fields they fill, how an amount is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from gis.errors import InvalidValue, Place
from gis.ingest import cells
from gis.ingest.headers import Match
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable, Refusal
from gis.layers import PROGRESS_REPORT
from gis.units import UNITS_BY_DIMENSION
from gis.words import Words

PERIOD, ENDS, DONE, STAT, IMAGE, SAID = (
    "报告类型",
    "报告截止日期",
    "本年累计完成投资(万元)",
    "本年累计入统投资(万元)",
    "形象进度",
    "进展情况",
)
AMOUNTS_UNCLEAR = Words(
    "各月金额有增有减，无法判断是累计数还是当月数：请在列名注明“累计”或“当月”，或在对照文件中注明 amounts",
    "amounts rise and fall, so they may run from January or be each month's own: write 累计 or 当月 into the "
    "header, or amounts = 'cumulative' or 'monthly' into the mapping",
)


@dataclass(slots=True)
class LedgerRun:
    """One ledger under way; ``matches`` are its columns by the report's field."""

    raw: RawTable
    mapping: Mapping
    today: date
    matches: dict[str, Match]
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)

    def cell(self, row: int, position: int) -> Any:
        """The file's own value."""
        return self.raw.frame.iat[row, position]

    def refuse(self, row: int, header: str, found: Any, expected: Words) -> None:
        """Name a cell that is not taken."""
        self.refused.append(Refusal(Place(self.raw.source.name, self.raw.rows[row], header), str(found), expected))

    def amount(self, row: int, position: int, unit: str | None, *, silent: bool = False) -> Decimal | None:
        """
        A cell in 万元; None where it is blank or cannot be read (which is refused, unless ``silent``).

        ``unit`` is the header's; without one, that of the note above the table, else 万元.
        """
        noted = [u for u in self.raw.declared.get("单位", "").split("、") if u in UNITS_BY_DIMENSION["money"]]
        try:
            value = cells.read_number(
                self.cell(row, position),
                PROGRESS_REPORT.column("invested_wan"),
                unit or (noted[0] if noted else "万元"),
            )
        except InvalidValue as error:
            if not silent:
                self.refuse(row, str(self.raw.frame.columns[position]), self.cell(row, position), error.words)
            return None
        return None if value is None else Decimal(str(value))

    def warn_of_gap(self, row: int, header: str) -> None:
        """Months after one that cannot be read: their sum from January is not known, so they are left out."""
        number = self.raw.rows[row]
        self.warnings.append(
            Words(
                f"第 {number} 行“{header}”无法读取，该年其后各月无法累计，未导入其金额",
                f"row {number}, '{header}' cannot be read: amounts of the year's later months cannot be summed "
                "and were left out",
            )
        )

    def unclear(self, row: int, header: str) -> InvalidValue:
        """The question whether amounts run from January, at the place that raises it."""
        return InvalidValue(
            AMOUNTS_UNCLEAR,
            found=f"row {row}",
            expected="cumulative / monthly",
            place=Place(self.raw.source.name, row, header),
        )
