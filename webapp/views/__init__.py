"""Each view parses, calls one workflow and renders."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint

_VIEWS = ("page", "api", "export", "tiles", "basemap", "health")
BLUEPRINTS: tuple[Blueprint, ...] = tuple(
    import_module(f"{__name__}.{view}").blueprint for view in _VIEWS if find_spec(f"{__name__}.{view}")
)
