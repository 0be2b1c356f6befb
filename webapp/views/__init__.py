"""Each view parses, calls one workflow and renders."""

from __future__ import annotations

from flask import Blueprint

from webapp.views import api, attachments, basemap, export, health, page, signing_in, tiles

BLUEPRINTS: tuple[Blueprint, ...] = (
    page.blueprint,
    api.blueprint,
    export.blueprint,
    tiles.blueprint,
    basemap.blueprint,
    health.blueprint,
    signing_in.blueprint,
    attachments.blueprint,
)
