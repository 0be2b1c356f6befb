"""
Fetching a picture from a configured base map: bounded in time, size and number, and silent about addresses.

An address may hold a token, so it is in no error, log or repr.
"""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from gis import __version__
from gis.errors import BaseMapUnavailable
from gis.words import Words

TIMEOUT_S = 5.0
LONGEST_PICTURE_BYTES = 2 << 20
MOST_AT_ONCE = 4  # fewer than the server's threads: the map goes on while a base map hangs
CHUNK_BYTES = 1 << 16
FAILURES_UNTIL_REST = 3
REST_S = 30.0


class Upstream:
    """Fetches pictures; a host that failed several times in a row is left alone for a while."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S, rest_s: float = REST_S) -> None:
        self._timeout_s = timeout_s
        self._rest_s = rest_s
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self._rests_until: dict[str, float] = {}

    def picture(self, address: str) -> tuple[bytes, str]:
        """
        The picture at ``address`` and its MIME type.

        Raises
        ------
        BaseMapUnavailable
            No answer in time, an error, no picture, too large, a redirect to another host, or the host rests.
        """
        host = urlsplit(address).netloc
        if self._rests(host):
            raise _unavailable("多次失败，暂停访问 / resting after failures")
        if not self._places.acquire(timeout=self._timeout_s):
            raise _unavailable("请求过多 / too many requests at once")
        try:
            found = self._fetched(address)
        except BaseMapUnavailable:
            self._note_failure(host)
            raise
        finally:
            self._places.release()
        with self._lock:
            self._failures.pop(host, None)
        return found

    def _fetched(self, address: str) -> tuple[bytes, str]:
        headers = {"User-Agent": f"Mozilla/5.0 (compatible; Guatu/{__version__})", "Accept": "image/*"}
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - settings allow only http and https
        deadline = time.monotonic() + self._timeout_s
        # "from None": the chained error would carry the address, token and all, into the log.
        try:
            with _OPENER.open(request, timeout=self._timeout_s) as answer:
                mimetype = answer.headers.get_content_type()
                if not mimetype.startswith("image/"):
                    raise _unavailable(mimetype[:40])
                return _read_all(answer, deadline), mimetype
        except urllib.error.HTTPError as error:
            raise _unavailable(f"HTTP {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unavailable(type(error).__name__) from None

    def _rests(self, host: str) -> bool:
        with self._lock:
            return time.monotonic() < self._rests_until.get(host, 0.0)

    def _note_failure(self, host: str) -> None:
        with self._lock:
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= FAILURES_UNTIL_REST:
                self._rests_until[host] = time.monotonic() + self._rest_s
                self._failures[host] = 0


class _SameHostRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to the host that was asked."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            raise _unavailable("重定向到其他主机 / redirect to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener() -> urllib.request.OpenerDirector:
    """http and https, proxies as the environment says; no ``file:``, ``ftp:`` or ``data:``."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),
        _SameHostRedirects(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER = _opener()


def _read_all(answer: Any, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := answer.read(CHUNK_BYTES):
        chunks.append(chunk)
        size += len(chunk)
        if size > LONGEST_PICTURE_BYTES:
            raise _unavailable(f"> {LONGEST_PICTURE_BYTES} B")
        if time.monotonic() > deadline:
            raise _unavailable("超时 / timed out")
    return b"".join(chunks)


def _unavailable(found: str) -> BaseMapUnavailable:
    return BaseMapUnavailable(Words("底图服务没有应答", "the base map did not answer"), found=found, expected="image/*")
