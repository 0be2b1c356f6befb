"""Who may do something, said alike wherever it is asked."""

from __future__ import annotations

from collections.abc import Collection

from gis.errors import NotAllowed
from gis.model import Actor, Role
from gis.words import Words


def require_role(actor: Actor, roles: Collection[Role], words: Words) -> None:
    """Raise NotAllowed with these words unless the actor has one of ``roles``; says which they are."""
    if actor.role not in roles:
        raise NotAllowed(words, found=actor.role.words.zh, expected="、".join(role.words.zh for role in roles))
