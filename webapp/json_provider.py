"""JSON as this server writes it: Chinese unescaped, dates as YYYY-MM-DD, and never a NaN."""

from __future__ import annotations

import json
import math
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from flask.json.provider import JSONProvider

from gis.words import Words


class PlainJson(JSONProvider):
    """Writes Words, dates, decimals and NumPy scalars; missing values of every kind become null."""

    def dumps(self, obj: Any, **_: Any) -> str:
        try:
            return _text(obj)
        except ValueError:  # a NaN or an infinity somewhere: look for it only then
            return _text(_finite(obj))

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, **kwargs)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return value.as_dict()
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating | Decimal) and not math.isfinite(value):
        return None
    return value
