"""What one app serves: its settings, its store, and what it keeps of earlier answers."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from gis import __version__
from gis.analysis.overview import Overview
from gis.ingest.staging import Staging
from gis.ingest.staging import default_folder as uploads_folder
from gis.layers import ENTITIES
from gis.maps.tiles import MERGE_BELOW_ZOOM, Tile, TileLayer
from gis.settings import Settings
from gis.store.attached_files import AttachedFiles, folder_beside
from gis.store.port import Store
from gis.workflows.assess_store import ASSESSED_LAYERS, default_day
from gis.workflows.describe_store import describe_store
from gis.workflows.draw_tile import TileDrawer
from gis.workflows.keep_assessment import Assessor
from gis.workflows.list_register import Registers
from gis.workflows.plain import Record
from gis.workflows.tour_board import TourGround
from gis.workflows.tour_travel import Travels
from webapp import acting, first_view
from webapp.caching import FAST_GZIP_LEVEL, GZIP_LEVEL, Kept, pack, tag_of
from webapp.tile_folder import TileFolder, default_folder
from webapp.upstream import Upstream

_KEY = "guatu"
# Of 5,000 projects a list is about a megabyte, packed.
ANSWERS_KEPT = 128
DAYS_DESCRIBED = 8


@dataclass(frozen=True, slots=True)
class Served:
    """One per app; ``served()`` gives the current app's."""

    settings: Settings
    store: Store
    assessor: Assessor
    drawer: TileDrawer
    tiles: Kept[bytes]
    answers: Kept[bytes]
    infos: Kept[Record]
    tile_folder: TileFolder
    upstream: Upstream
    registers: Registers
    travels: Travels
    files: AttachedFiles
    staging: Staging

    def day(self, asked: date | None) -> date:
        """The day asked for, else the one on which the store is looked at by default."""
        return asked or default_day(self.store)

    def overview(self, asked: date | None) -> Overview:
        """The assessment of all projects as of that day, of the data as they are now."""
        return self.assessor.at(self.day(asked)).overview

    def tour_ground(self) -> TourGround:
        """What tours are laid out on, as of today."""
        return TourGround(self.store, self.overview(None), self.travels)

    def tag(self, layers: tuple[str, ...] | None, *parts: object) -> str:
        """An ETag: equal where the data of ``layers`` (None: all), the parameters and the program are equal."""
        born = self.store.info.created_at
        return tag_of(__version__, born, self.store.version(layers), *parts)

    def info_tag(self, on: date) -> str:
        """The ETag of what a page must know before it shows anything."""
        # Neither a token nor an address is in the settings' text.
        return self.tag(None, on, self.settings)

    def info(self, on: date) -> Record:
        """The same itself. Counting a million parcels takes time: once as long as there are the same things."""
        things = tuple(layer.name for layer in ENTITIES)
        key = self.tag(things, on, self.settings)
        described = self.infos.get_or_make(key, lambda: describe_store(self.store, self.settings, on))
        return {**described, "version": self.store.version()}

    def tile_tag(self, layer: TileLayer, place: Tile, on: date) -> str:
        """The ETag of a tile: equal where it shows the same, of whatever day."""
        return tag_of(__version__, self.store.info.created_at, self.drawer.version(layer, place, on))

    def tile(self, layer: TileLayer, place: Tile, on: date, tag: str) -> bytes:
        """
        The gzipped tile: as this process keeps it, else as the processes of this host do, else drawn.

        ``tag``: the version of what it shows, as ``tile_tag`` gives it; beside it, the store is named in full.
        """
        key = tag_of(self.settings.db, self.store.info, layer.name, place, tag)
        # Near tiles are many and little kept: 6 % larger for half of the time.
        level = FAST_GZIP_LEVEL if place.z >= MERGE_BELOW_ZOOM else GZIP_LEVEL
        shared = partial(self.tile_folder.get_or_make, key, lambda: pack(self.drawer.draw(layer, place, on), level))
        return self.tiles.get_or_make(key, shared)

    def assessed_tag(self, *parts: object) -> str:
        """The ETag of an answer made from the assessment, with the names of towns."""
        return self.tag((*ASSESSED_LAYERS, "town"), *parts)


def init(app: Flask, settings: Settings, store: Store) -> None:
    """Give ``app`` what it serves."""
    folder = Path(settings.tile_cache_dir) if settings.tile_cache_dir else default_folder()
    shared = TileFolder(folder, settings.tile_cache_mb * 1_000_000)
    app.extensions[_KEY] = Served(
        settings=settings,
        store=store,
        assessor=Assessor(store),
        drawer=TileDrawer(store),
        tiles=Kept(settings.tile_cache),
        answers=Kept(ANSWERS_KEPT),
        infos=Kept(DAYS_DESCRIBED),
        tile_folder=shared,
        upstream=Upstream(),
        registers=Registers(store),
        travels=Travels(store),
        files=AttachedFiles(
            folder_beside(settings.db, settings.files_dir), most_bytes=settings.files_total_mb * 1_000_000
        ),
        staging=Staging(Path(settings.upload_dir) if settings.upload_dir else uploads_folder(settings.db)),
    )


def served() -> Served:
    """What the current app serves."""
    return cast("Served", current_app.extensions[_KEY])


def warm(app: Flask) -> None:
    """Make the assessment and the answers that the first visitor will ask for, so that nobody waits for them."""
    with app.app_context():
        served().overview(None)
    visitor = app.test_client()
    for address in first_view.EVERY_ADDRESS:
        visitor.get(address, headers={"Accept-Encoding": "gzip"}, environ_overrides={acting.FROM_WITHIN: True})
    with app.app_context():
        served().registers.index.at(served().day(None), wait=True)
    # What stands now stands for long: the collector need not go through it with each request.
    gc.collect()
    gc.freeze()
