"""Draws the pages of the desk: each in the frame that all of them share (templates/desk_frame.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template

from webapp.context import served
from webapp.language import current_language
from webapp.modules import modules_of
from webapp.page_parts import page_data, static_address, wall_parts


def render_desk(
    template: str,
    script: str,
    *,
    by: str | None = None,
    here: str | None = None,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> str:
    """
    A page of the desk.

    Parameters
    ----------
    template, script
        The template (it extends ``desk_frame.html``) and the module that the page begins with (static/js).
    by
        The page holds the wall map, first coloured so ("stage", see gis.maps.colourings): the template writes
        ``{{ map.body }}`` where it is to be. None: there is no map, and none of its libraries is loaded.
    here
        The address of the navigation that is marked; None: the one under which the request's own lies.
    data
        What the page's scripts find in ``page`` (page_data.js) beside what all pages have.
    values
        Whatever else the template asks for.
    """
    site = served()
    info = site.info(site.day(None))
    return render_template(
        template,
        info=info,
        language=current_language(),
        map=None if by is None else wall_parts(info, by),
        static=static_address(),
        modules=modules_of(script),
        asked_at_once=(),
        marked=here,
        page_data=page_data(info, **(data or {})),
        **values,
    )
