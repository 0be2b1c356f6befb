"""The register's filter as a person reads it."""

from __future__ import annotations

from gis.analysis.register import STROKE
from gis.model import NOT_STATED, Coded, HoldReason, OwnerKind, RegisterFilter, Stage
from gis.words import Words
from gis.workflows.export_projects import filter_words
from gis.workflows.names import Names

_FIELDS = {
    "town": Words("所在乡镇", "town"),
    "stage": Words("征地阶段", "stage"),
    "owner_kind": Words("权属性质", "owner kind"),
    "land_class": Words("地类", "land class"),
    "unit": Words("责任单位", "unit"),
    "person": Words("责任人", "person"),
    "batch": Words("批次", "batch"),
    "hold_reason": Words("受阻原因", "hold reason"),
    "held": Words("受阻", "held"),
    "overdue": Words("逾期", "overdue"),
    "legal_within_days": Words("最早可办", "next step may be taken"),
    "parcel_no": Words("地块编号", "parcel number"),
    "words": Words("关键词", "words"),
    "blocking": Words("制约项目", "holds up the project"),
    "projects": Words("地上项目", "projects on the land"),
    "area": Words("图上范围", "drawn shape"),
}
_CODES: dict[str, type[Coded]] = {"stage": Stage, "owner_kind": OwnerKind, "hold_reason": HoldReason}
_CODE_WORDS = {(name, code.value): code.words for name, codes in _CODES.items() for code in codes}
_ABSENT = Words("未注明", "not stated")
_NOT_HELD = Words("未受阻", "not held")


def register_filter_words(wanted: RegisterFilter, names: Names) -> Words:
    """The filter in words; "全部" where it lets everything pass. A drawn shape stays as it was told."""
    said = [(_FIELDS[name], _value_words(wanted, name, names)) for name in wanted.named]
    return Words(
        "；".join(f"{field.zh}：{value.zh}" for field, value in said) or "全部",
        "; ".join(f"{field.en}: {value.en}" for field, value in said) or "all",
    )


def _value_words(wanted: RegisterFilter, name: str, names: Names) -> Words:
    value = getattr(wanted, name)
    if name == "projects":
        return filter_words(value, names)
    if isinstance(value, bool):
        return Words("是", "yes") if value else Words("否", "no")
    if name == "legal_within_days":
        return Words(f"{value} 天内", f"within {value} days")
    if isinstance(value, str):
        return Words(value, value)
    words = [_code_words(name, code, names) for code in value]
    return Words("、".join(each.zh for each in words), ", ".join(each.en for each in words))


def _code_words(name: str, code: str, names: Names) -> Words:
    if code == NOT_STATED:
        return _NOT_HELD if name == "hold_reason" else _ABSENT
    if words := _CODE_WORDS.get((name, code)):
        return words
    text = " ".join(code.split(STROKE)) if name == "land_class" else names.of_group(name).get(code, code)
    return Words(text, text)
