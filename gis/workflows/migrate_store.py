"""Bring a store that an older Guatu made up to date."""

from __future__ import annotations

from dataclasses import dataclass

from gis import store
from gis.words import Words


@dataclass(frozen=True, slots=True)
class Migrated:
    """The schema's version before and after."""

    before: int
    after: int

    @property
    def words(self) -> Words:
        """What became of the store, as a sentence."""
        if self.before == self.after:
            return Words(
                f"库结构已是最新（版本 {self.after}）", f"the store is already up to date (version {self.after})"
            )
        zh = f"库结构已由版本 {self.before} 升级到版本 {self.after}"
        return Words(zh, f"the store was migrated from version {self.before} to {self.after}")


def migrate_store(where: str) -> Migrated:
    """
    All steps that are missing, in one transaction. One that is up to date is left as it is.

    Raises
    ------
    StoreMissing, StoreUnreachable
        There is no store, or no server that answers.
    StoreSchema
        The store is of a newer Guatu, or ran other steps than this program has.
    """
    return Migrated(*store.migrate_store(where))
