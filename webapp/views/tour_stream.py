"""
What takes long of a tour, told while it goes on, until it is over or nobody listens any more: a plan as it is found,
the best so far line after line; an explanation once it is made.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator

from flask import Response, current_app, stream_with_context

from gis.errors import GuatuError
from gis.tours.planner import Found, Watch
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.plan_tour import Search
from gis.workflows.tour_board import LaidTour
from webapp.errors import problem_of
from webapp.turns import Turns

NDJSON = "application/x-ndjson"
# Searches at once in one process: each takes a whole processor.
MOST_AT_ONCE = 2
_TOLD_EVERY_SECONDS = 0.25
_turns = Turns(MOST_AT_ONCE, Words("服务器正忙于编排其他观摩，请稍后再试", "busy with other tours: try again later"))


def stream_plan(laid: LaidTour, search: Search, make: Callable[[Watch], Record]) -> Response:
    """
    Lines of JSON: ``{"progress", "value", "stops", "feasible", "seconds"}``, with ``routes`` where they are better than
    the line before; last ``{"plan"}``, or ``{"problem"}``. Whoever stops listening ends the search.

    Raises
    ------
    TooMuchAsked
        As many searches run as may.
    """
    return _streamed(lambda: _Lines(laid, search, make), NDJSON)


def stream_answer(make: Callable[[Callable[[], bool]], Record]) -> Response:
    """
    A line with one JSON object once ``make`` has made it, or ``{"problem"}``; empty lines before it: they are how a
    server learns that nobody listens any more. Then ``make``'s stop answers True.

    Raises
    ------
    TooMuchAsked
        As many searches run as may.
    """
    return _streamed(lambda: _Answer(make), "application/json")


def _streamed(begin: Callable[[], _Work], mimetype: str) -> Response:
    _turns.take()
    try:
        work = begin()
    except BaseException:
        _turns.give_back()
        raise
    response = Response(stream_with_context(work.told()), mimetype=mimetype)
    response.call_on_close(work.leave)
    # A proxy must not wait for the whole of it.
    response.headers["X-Accel-Buffering"] = "no"
    response.cache_control.no_store = True
    return response


class _Work:
    """Work in a thread of its own; what it makes is a JSON object, where it fails one with ``problem``."""

    def __init__(self) -> None:
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]
        self._found: queue.SimpleQueue[Found | Record] = queue.SimpleQueue()
        self._is_left = threading.Event()
        # At once: it ends by itself and gives its place back, even where nobody reads a line.
        threading.Thread(target=self._run, daemon=True).start()

    def leave(self) -> None:
        """Nobody listens any more."""
        self._is_left.set()

    def told(self) -> Iterator[str]:
        """What is sent, until the work is over."""
        raise NotImplementedError

    def _made(self) -> Record:
        raise NotImplementedError

    def _next(self) -> Found | Record | None:
        """The latest of what was found; None where nothing was for a while."""
        try:
            found = self._found.get(timeout=_TOLD_EVERY_SECONDS)
            while isinstance(found, Found) and not self._found.empty():
                found = self._found.get()
            return found
        except queue.Empty:
            return None

    def _run(self) -> None:
        try:
            with self._app.app_context():
                self._found.put(self._made())
        except GuatuError as problem:
            self._found.put({"problem": problem_of(problem)})
        except Exception:
            self._app.logger.exception("a tour could not be planned")
            words = Words("编排中断，原因已记入日志", "planning broke off; the log says why")
            self._found.put({"problem": problem_of(GuatuError(words))})
        finally:
            _turns.give_back()


class _Lines(_Work):
    """One search."""

    def __init__(self, laid: LaidTour, search: Search, make: Callable[[Watch], Record]) -> None:
        self._laid, self._search, self._make = laid, search, make
        super().__init__()

    def told(self) -> Iterator[str]:
        """The best so far, then the plan."""
        began, value = time.monotonic(), None
        try:
            while True:
                found = self._next()
                if isinstance(found, dict):
                    yield json.dumps(found, ensure_ascii=False) + "\n"
                    return
                yield self._line(found, value, time.monotonic() - began)
                value = found.value if found is not None else value
        finally:
            self.leave()

    def _line(self, found: Found | None, before: float | None, seconds: float) -> str:
        line: Record = {"progress": min(seconds / self._search.seconds, 1.0), "seconds": round(seconds, 2)}
        if found is not None:
            line |= {"value": found.value, "feasible": found.is_feasible, "stops": sum(map(len, found.order))}
            if found.value != before:
                routes = self._laid.board.routes_of(found.order)
                line["routes"] = [{"date": r.on.isoformat(), "coach": r.coach, "codes": list(r.codes)} for r in routes]
        return json.dumps(line, ensure_ascii=False) + "\n"

    def _made(self) -> Record:
        return {"plan": self._make(self._watch)}

    def _watch(self, found: Found) -> bool:
        self._found.put(found)
        return self._is_left.is_set()


class _Answer(_Work):
    """One explanation."""

    def __init__(self, make: Callable[[Callable[[], bool]], Record]) -> None:
        self._make = make
        super().__init__()

    def told(self) -> Iterator[str]:
        """Empty lines, then the object."""
        try:
            while not isinstance(found := self._next(), dict):
                yield "\n"
            yield json.dumps(found, ensure_ascii=False)
        finally:
            self.leave()

    def _made(self) -> Record:
        return self._make(self._is_left.is_set)
