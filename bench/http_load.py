"""A small HTTP client that asks for many addresses over a few kept connections at once, and times each answer."""

from __future__ import annotations

import gzip
import socket
import statistics
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

SECONDS_TO_WAIT = 120


class Answer(NamedTuple):
    """One answer, its body unpacked only by ``content``."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """The body as it is meant."""
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body


class Load(NamedTuple):
    """What a list of addresses took: seconds for all by the clock, and of each answer (ms)."""

    seconds: float
    each_ms: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.each_ms) / self.seconds

    @property
    def median_ms(self) -> float:
        """Half of the answers came within it."""
        return statistics.median(self.each_ms)

    @property
    def p95_ms(self) -> float:
        """95 % of the answers came within it."""
        return sorted(self.each_ms)[min(len(self.each_ms) - 1, int(0.95 * len(self.each_ms)))]


def together(loads: Sequence[Load]) -> Load:
    """Several loads, one after the other."""
    return Load(sum(load.seconds for load in loads), [ms for load in loads for ms in load.each_ms])


class Connection:
    """One kept connection. Plain sockets: a client that takes long itself would measure itself."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host = f"{parts.hostname}:{parts.port}"
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=SECONDS_TO_WAIT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def close(self) -> None:
        """Hang up."""
        self._answers.close()
        self._socket.close()

    def get(self, path: str, etag: str = "") -> Answer:
        """Ask for a path; with ``etag`` only where it has changed."""
        condition = f"If-None-Match: {etag}\r\n" if etag else ""
        head = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: gzip\r\n{condition}\r\n"
        self._socket.sendall(head.encode())
        status = int(self._answers.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self._answers.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Answer(status, headers, self._body(status, headers))

    def _body(self, status: int, headers: dict[str, str]) -> bytes:
        if status in (204, 304):
            return b""
        if headers.get("transfer-encoding") != "chunked":
            return self._answers.read(int(headers["content-length"]))
        pieces = []
        while size := int(self._answers.readline(), 16):
            pieces.append(self._answers.read(size))
            self._answers.readline()
        self._answers.readline()
        return b"".join(pieces)


def get(address: str, path: str) -> Answer:
    """One answer over a connection of its own."""
    connection = Connection(address)
    try:
        return connection.get(path)
    finally:
        connection.close()


def ask(
    address: str, paths: Sequence[str], connections: int, *, expected: int = 200, etags: Mapping[str, str] | None = None
) -> Load:
    """
    Ask for each path once, over so many connections at once; any other status than ``expected`` ends it.

    ``etags``: of each path; it is then asked for only where it has changed.
    """
    tags = etags or {}
    waiting, each_ms, wrong = deque(paths), list[float](), list[str]()
    start_together = threading.Barrier(connections + 1)

    def work() -> None:
        connection = Connection(address)
        start_together.wait()
        try:
            while waiting and not wrong:
                path = waiting.popleft()
                start = time.perf_counter()
                answer = connection.get(path, tags.get(path, ""))
                each_ms.append((time.perf_counter() - start) * 1000)
                if answer.status != expected:
                    wrong.append(f"{path}: {answer.status} {answer.content[:200]!r}")
        except IndexError:
            pass  # another connection took the last one
        except (OSError, ValueError) as error:
            wrong.append(f"{address}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    start_together.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(wrong[0])
    return Load(time.perf_counter() - began, each_ms)
