"""gunicorn's worker of threads, of which those with fewer connections come first."""

from __future__ import annotations

import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# A worker waits so long for each connection that it has before it takes another.
STAND_BACK_SECONDS, MOST_STAND_BACK_SECONDS = 0.001, 0.004


class EvenWorker(ThreadWorker):  # type: ignore[misc]
    """
    Lets a process with fewer connections come first.

    A kept connection stays with the process that took it: nginx keeps some, and one process that was quick to take them
    all would leave the other cores idle.
    """

    def accept(self, *listening: Any) -> None:
        """Take a connection that waits, if no other process did meanwhile."""
        time.sleep(min(self.nr_conns * STAND_BACK_SECONDS, MOST_STAND_BACK_SECONDS))
        super().accept(*listening)
