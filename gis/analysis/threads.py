"""Array functions over several cores: Shapely releases the interpreter's lock while it works."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

# Below this many items starting threads costs more than it saves.
WORTH_THREADS = 5_000
CHUNKS_PER_THREAD = 8


def over_threads(
    function: Callable[..., Any], *arrays: npt.NDArray[Any], together: npt.NDArray[np.intp] | None = None
) -> npt.NDArray[Any]:
    """
    ``function(*arrays)`` for arrays of one length, its result in their order, cut into chunks over the cores.

    Neighbouring rows with one value of ``together`` go to one thread: a prepared geometry builds its index
    at its first use and must not be used by two threads at once.
    """
    size, threads = len(arrays[0]), os.cpu_count() or 1
    if size < WORTH_THREADS or threads == 1:
        return np.asarray(function(*arrays))
    cuts = _cuts(size, threads * CHUNKS_PER_THREAD, together)
    chunks = [np.split(array, cuts) for array in arrays]
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(function, *chunks)))


def _cuts(size: int, chunks: int, together: npt.NDArray[np.intp] | None) -> npt.NDArray[np.intp]:
    """Where to cut ``size`` rows into about ``chunks`` pieces without parting what belongs together."""
    even = np.linspace(0, size, chunks + 1, dtype=np.intp)[1:-1]
    if together is None:
        return even
    allowed = np.flatnonzero(np.diff(together)) + 1
    if not len(allowed):
        return allowed
    return np.unique(allowed[np.minimum(np.searchsorted(allowed, even), len(allowed) - 1)])
