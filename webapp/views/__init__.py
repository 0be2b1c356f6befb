"""Each view parses, calls one workflow and renders."""

from __future__ import annotations

from flask import Blueprint

from webapp.views import (
    api,
    attachments,
    basemap,
    batches,
    calendar,
    compare,
    compensation,
    desk,
    entrances,
    export,
    health,
    imports,
    page,
    parcel_events,
    parcel_page,
    register,
    score_form,
    scoring,
    shapes,
    signing_in,
    stock,
    tiles,
    tour_exports,
    tours,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    page.blueprint,
    api.blueprint,
    export.blueprint,
    tiles.blueprint,
    basemap.blueprint,
    health.blueprint,
    signing_in.blueprint,
    attachments.blueprint,
    compensation.blueprint,
    stock.blueprint,
    compare.blueprint,
    shapes.blueprint,
    imports.blueprint,
    parcel_events.blueprint,
    register.blueprint,
    parcel_page.blueprint,
    desk.blueprint,
    calendar.blueprint,
    batches.blueprint,
    tours.blueprint,
    entrances.blueprint,
    score_form.blueprint,
    scoring.blueprint,
    tour_exports.blueprint,
)
