"""Columns that a store adds to the declared ones, or keeps itself. The same in every store."""

from __future__ import annotations

from gis.model import ProjectStage, Stage

GEOMETRY = "geometry"

# Who wrote a row.
RECORDED = ("recorded_at", "recorded_by", "recorded_role", "recorded_jurisdiction")
RECORDED_WORDS = {
    "recorded_at": ("记录时间（UTC）", "recorded at (UTC)"),
    "recorded_by": ("记录人", "recorded by"),
    "recorded_role": ("记录人角色", "recorder's role"),
    "recorded_jurisdiction": ("记录人辖区", "recorder's jurisdiction"),
}

# Which version of an entity's row this is (see gis.store.port.Writer.put); computed, asked for by name.
VERSION = "version"

# Derived from events, and what the stage is while there is no event.
STAGE_COLUMNS = {
    "parcel": ("stage", "stage_on", "hold_reason", "held_since"),
    "project": ("stage", "stage_on"),
}
FIRST_STAGE = {"parcel": Stage.NOT_STARTED.value, "project": ProjectStage.PLANNED.value}

# Computed from the geometry.
AREA_COLUMNS = ("area_planar_m2", "area_ellipsoid_m2")
