"""What an administrator sets, read once at the entry points from a mapping (usually the environment)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from gis.errors import InvalidParameter
from gis.words import Words

LONGEST_SECRET_BYTES = 4096
MOST_WORKERS = 64
MOST_COUNTED = 10**9

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class BaseMap:
    """
    One base map that the server fetches for the page: an XYZ address with ``{z} {x} {y}``.

    ``labels`` is the id of another one that is drawn over it and not offered by itself (place names over imagery).
    """

    id: str
    name: str
    url: str = field(repr=False)
    attribution: str
    max_zoom: int = 18
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """
    ``db``: where the store is; the address of a database may hold its password, so it is in no text either.
    ``tianditu_token`` stays on the server and out of every text.
    ``public_url``: where people open the app, with a last stroke; files that leave it name its pages by it (None: as
    the request that asks for a file names the host).
    ``review_number`` (审图号) is shown on every map; it changes each year.
    ``tile_cache``: tiles that a process keeps; beside them the processes of a host share a folder ``tile_cache_dir``
    (None: under the system's temporary folder) of at most ``tile_cache_mb`` MB (0: none).
    ``workers``: web processes on a database; None takes a number that fits the machine.
    ``trusted_proxies``: whose ``X-Forwarded-…`` headers are believed.
    ``accounts``: the file of those who may sign in; None: only this machine's own user writes.
    ``secret_key_file``: what signs the sessions (None: a file beside the accounts, made once).
    ``open_reading``: whether reading needs no account where there are accounts.
    ``idle_minutes``, ``lock_after``, ``lock_minutes``: after how long without a request a session ends; after how
    many wrong passwords a name is locked, and for how long (RULES §10.2: numbers of practice, UNVERIFIED).
    ``audit_log``: where it is written who signed in and who looked at people's data (None: beside the accounts).
    ``upload_dir``: where uploads wait to be imported (None: beside a store that is a file, else the temporary folder).
    ``files_dir``: the folder of attached files (None: beside a store that is a file); ``files_total_mb``: its bound.
    """

    db: str | None = field(default=None, repr=False)
    tianditu_token: str | None = field(default=None, repr=False)
    base_maps: tuple[BaseMap, ...] = ()
    review_number: str = ""
    language: str = "zh"
    tile_cache: int = 2048
    tile_cache_dir: str | None = None
    tile_cache_mb: int = 256
    workers: int | None = None
    trusted_proxies: tuple[Network, ...] = ()
    accounts: str | None = None
    secret_key_file: str | None = None
    open_reading: bool = True
    idle_minutes: int = 30
    lock_after: int = 5
    lock_minutes: int = 30
    audit_log: str | None = None
    files_dir: str | None = None
    files_total_mb: int = 20_000
    upload_dir: str | None = None
    public_url: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """
        Read ``GUATU_DB``, ``GUATU_TIANDITU_TOKEN``, ``GUATU_BASEMAPS`` (a JSON list, or a file that
        holds one), ``GUATU_REVIEW_NUMBER``, ``GUATU_LANGUAGE``, ``GUATU_TILE_CACHE``,
        ``GUATU_TILE_CACHE_DIR``, ``GUATU_TILE_CACHE_MB``, ``GUATU_WORKERS``,
        ``GUATU_TRUSTED_PROXIES`` (addresses or networks, comma between), ``GUATU_ACCOUNTS``,
        ``GUATU_SECRET_KEY_FILE``, ``GUATU_OPEN_READING`` (yes or no), ``GUATU_IDLE_MINUTES``,
        ``GUATU_LOCK_AFTER``, ``GUATU_LOCK_MINUTES``, ``GUATU_AUDIT_LOG``, ``GUATU_FILES_DIR``,
        ``GUATU_FILES_TOTAL_MB``, ``GUATU_UPLOAD_DIR``, ``GUATU_PUBLIC_URL`` (http or https).

        Secrets may stand in files, whose first line is read: ``GUATU_TIANDITU_TOKEN_FILE`` where the token is
        not set itself, and ``GUATU_DB_PASSWORD_FILE`` where ``GUATU_DB`` is a database's address without one.

        Raises
        ------
        InvalidParameter
            A setting cannot be read; names it.
        """
        return cls(
            db=_with_password(env.get("GUATU_DB") or None, _secret(env, "GUATU_DB_PASSWORD_FILE")),
            tianditu_token=env.get("GUATU_TIANDITU_TOKEN") or _secret(env, "GUATU_TIANDITU_TOKEN_FILE"),
            base_maps=_base_maps(env.get("GUATU_BASEMAPS", "")),
            review_number=env.get("GUATU_REVIEW_NUMBER", ""),
            language=_language(env.get("GUATU_LANGUAGE", "zh")),
            tile_cache=_count("GUATU_TILE_CACHE", env.get("GUATU_TILE_CACHE", "2048")),
            tile_cache_dir=env.get("GUATU_TILE_CACHE_DIR") or None,
            tile_cache_mb=_count("GUATU_TILE_CACHE_MB", env.get("GUATU_TILE_CACHE_MB", "256")),
            workers=_workers(env.get("GUATU_WORKERS", "")),
            trusted_proxies=_networks(env.get("GUATU_TRUSTED_PROXIES", "")),
            accounts=env.get("GUATU_ACCOUNTS") or None,
            secret_key_file=env.get("GUATU_SECRET_KEY_FILE") or None,
            open_reading=_yes("GUATU_OPEN_READING", env.get("GUATU_OPEN_READING", "yes")),
            idle_minutes=_count("GUATU_IDLE_MINUTES", env.get("GUATU_IDLE_MINUTES", "30"), least=1),
            lock_after=_count("GUATU_LOCK_AFTER", env.get("GUATU_LOCK_AFTER", "5"), least=1),
            lock_minutes=_count("GUATU_LOCK_MINUTES", env.get("GUATU_LOCK_MINUTES", "30"), least=1),
            audit_log=env.get("GUATU_AUDIT_LOG") or None,
            files_dir=env.get("GUATU_FILES_DIR") or None,
            files_total_mb=_count("GUATU_FILES_TOTAL_MB", env.get("GUATU_FILES_TOTAL_MB", "20000"), least=1),
            upload_dir=env.get("GUATU_UPLOAD_DIR") or None,
            public_url=_public_url(env.get("GUATU_PUBLIC_URL", "")),
        )


def _wrong(name: str, found: str, expected: str) -> InvalidParameter:
    return InvalidParameter(
        Words(f"设置 {name} 无法读取", f"setting {name} cannot be read"), found=found, expected=expected
    )


def _language(text: str) -> str:
    if text not in ("zh", "en"):
        raise _wrong("GUATU_LANGUAGE", text, "zh | en")
    return text


def _count(name: str, text: str, *, least: int = 0) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= MOST_COUNTED):
        raise _wrong(name, text, f"{least}, {least + 1}, {least + 2} …")
    return int(text)


def _yes(name: str, text: str) -> bool:
    if text not in ("yes", "no"):
        raise _wrong(name, text, "yes | no")
    return text == "yes"


def _workers(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise _wrong("GUATU_WORKERS", text, f"1 … {MOST_WORKERS}")
    return int(text)


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise _wrong("GUATU_TRUSTED_PROXIES", text, "127.0.0.1, 10.20.0.0/24, ::1 …") from None


def _public_url(text: str) -> str | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or any(sign in text for sign in "?#@ ") or not text.isprintable():
        raise _wrong("GUATU_PUBLIC_URL", text, "https://guatu.county.gov.cn/")
    return text if text.endswith("/") else f"{text}/"


def _secret(env: Mapping[str, str], name: str) -> str | None:
    """The first line of the file that ``name`` names; None where it names none. What is in it is in no error."""
    path = env.get(name)
    if not path:
        return None
    expected = "a file with the secret in its first line"
    try:
        with Path(path).open("rb") as file:
            secret = file.read(LONGEST_SECRET_BYTES + 1).decode().partition("\n")[0].strip()
    except (OSError, ValueError) as error:
        raise _wrong(name, f"{path}: {type(error).__name__}", expected) from None
    if not secret:
        raise _wrong(name, f"{path}: empty", expected)
    if len(secret) > LONGEST_SECRET_BYTES or not secret.isprintable():
        raise _wrong(name, f"{path}: too long, or not text", expected)
    return secret


def _with_password(db: str | None, password: str | None) -> str | None:
    """The database's address with its password; a file's path, and an address that has one already, stay."""
    if db is None or password is None or "://" not in db:
        return db
    try:
        parts = urlsplit(db)
    except ValueError:  # the store says that it cannot read the address
        return db
    who, at, where = parts.netloc.rpartition("@")
    if ":" in who or "password" in parse_qs(parts.query):
        return db
    if at and who:
        return parts._replace(netloc=f"{who}:{quote(password, safe='')}@{where}").geturl()
    query = f"{parts.query}&" if parts.query else ""
    return f"{db.partition('?')[0]}?{query}password={quote(password, safe='')}"


def _base_maps(text: str) -> tuple[BaseMap, ...]:
    if not text.strip():
        return ()
    expected = '[{"id": "img", "name": "影像", "url": "https://…/{z}/{x}/{y}.png", "attribution": "…"}]'
    try:
        source = text if text.lstrip().startswith("[") else Path(text).read_text(encoding="utf-8")
        rows: list[dict[str, Any]] = json.loads(source)
        maps = tuple(BaseMap(**row) for row in rows)
    except (OSError, ValueError, TypeError) as error:
        raise _wrong("GUATU_BASEMAPS", type(error).__name__, expected) from None
    for base_map in maps:
        if not _is_usable(base_map) or [m.id for m in maps].count(base_map.id) > 1:
            raise _wrong("GUATU_BASEMAPS", str(base_map.id), expected)
    return maps


def _is_usable(base_map: BaseMap) -> bool:
    """Every text is a text, the id may stand in an address, and the address has a place for the tile."""
    texts = (base_map.id, base_map.name, base_map.url, base_map.attribution)
    if not all(isinstance(text, str) for text in texts) or not isinstance(base_map.max_zoom, int):
        return False
    has_places = all(place in base_map.url for place in ("{x}", "{y}", "{z}"))
    return base_map.id.isalnum() and base_map.url.startswith(("http://", "https://")) and has_places
