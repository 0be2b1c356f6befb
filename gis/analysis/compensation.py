"""Sums of compensation: what households are due and were paid, buildings cleared, what the special account holds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gis.analysis.totals import exact_sum

Totals = dict[str, Any]


def household_totals(households: pd.DataFrame) -> Totals:
    """
    Sums over households of one parcel or of many: none of them personal data.

    Parameters
    ----------
    households
        Rows of the ``household`` ledger that count (万元, m²); missing amounts count as nothing and are counted.

    Returns
    -------
    dict
        ``households``, ``people``, ``area_m2``, ``due_wan``, ``paid_wan``, ``left_wan`` (due and not yet paid, of each
        household at least 0), ``signed``, ``paid`` (paid in full: a day of it, or paid what is due), ``without_due``.
    """
    due, paid = households["due_wan"], households["paid_wan"].fillna(0.0)
    in_full = households["paid_on"].notna() | (due.notna() & (due > 0) & (paid >= due))
    return {
        "households": len(households),
        "people": int(households["people"].fillna(0).sum()),
        "area_m2": exact_sum(households["area_m2"]),
        "due_wan": exact_sum(due),
        "paid_wan": exact_sum(paid),
        "left_wan": exact_sum((due - paid).clip(lower=0.0)),
        "signed": int(households["signed_on"].notna().sum()),
        "paid": int(in_full.sum()),
        "without_due": int(due.isna().sum()),
    }


def building_totals(buildings: pd.DataFrame) -> Totals:
    """Sums over rows of the ``building`` ledger that count, and of how many it is known that they signed and so on."""
    return {
        "buildings": len(buildings),
        "floor_area_m2": exact_sum(buildings["floor_area_m2"]),
        "signed": int(buildings["signed_on"].notna().sum()),
        "paid": int(buildings["paid_on"].notna().sum()),
        "cleared": int(buildings["cleared_on"].notna().sum()),
    }


def account_totals(entries: pd.DataFrame) -> Totals:
    """
    What came in, went out and is left, 万元: ``entries``, ``deposits_wan`` and ``payments_wan`` (both ≥ 0),
    ``balance_wan`` = deposits − payments, below 0 where more was paid than came in.
    """
    amounts = entries["amount_wan"]
    return {
        "entries": len(entries),
        "deposits_wan": exact_sum(amounts[amounts > 0]),
        "payments_wan": exact_sum(-amounts[amounts < 0]),
        "balance_wan": exact_sum(amounts),
    }


def account_by(entries: pd.DataFrame, column: str) -> list[Totals]:
    """
    ``account_totals`` for each value of ``project_code`` or ``town``, by it, under ``code``; "" where none is stated.

    The balances sum to that of all entries.
    """
    codes = entries[column].fillna("")
    return [{"code": code, **account_totals(rows)} for code, rows in entries.groupby(codes, sort=True)]
