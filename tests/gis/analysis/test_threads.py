"""Array functions cut into chunks over the cores."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np

from gis.analysis import threads
from gis.analysis.threads import over_threads


def test_the_result_has_the_order_of_the_input() -> None:
    numbers = np.arange(50_000)
    with patch("os.cpu_count", return_value=3):
        assert np.array_equal(over_threads(np.add, numbers, numbers), 2 * numbers)


def test_rows_that_belong_together_go_to_one_thread() -> None:
    together = np.repeat(np.arange(7, dtype=np.intp), [5, 9_000, 1, 20_000, 3, 3_000, 8_000])
    chunks: list[set[int]] = []

    def watched(values: np.ndarray) -> np.ndarray:
        chunks.append(set(values.tolist()))
        return values

    with patch("os.cpu_count", return_value=2):
        found = over_threads(watched, together, together=together)
    assert np.array_equal(found, together)
    assert len(chunks) > 1
    assert sum(len(chunk) for chunk in chunks) == 7


def test_one_footprint_is_not_parted() -> None:
    together = np.zeros(20_000, dtype=np.intp)
    with patch("os.cpu_count", return_value=2):
        assert over_threads(np.negative, together, together=together).shape == (20_000,)


def test_few_rows_start_no_thread() -> None:
    with patch.object(threads, "ThreadPoolExecutor", side_effect=AssertionError):
        assert over_threads(np.negative, np.arange(3)).tolist() == [0, -1, -2]


def test_no_rows_give_no_rows() -> None:
    assert len(over_threads(np.negative, np.zeros(0))) == 0
