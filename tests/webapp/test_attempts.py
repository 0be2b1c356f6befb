"""Wrong passwords are counted for all processes of a host."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from webapp.attempts import OF_ONE_ADDRESS, Attempts

HALF_AN_HOUR = 1800


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(tmp_path: Path, clock: Clock) -> Attempts:
    return Attempts(tmp_path / "attempts", lock_after=5, lock_seconds=HALF_AN_HOUR, clock=clock)


def fail(attempts: Attempts, times: int, name: str = "张三", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        attempts.note(name, address)


def test_the_fifth_failure_locks(attempts):
    fail(attempts, 4)
    assert attempts.wait_seconds("张三", "192.0.2.1") == 0
    fail(attempts, 1)
    assert HALF_AN_HOUR - 5 <= attempts.wait_seconds("张三", "192.0.2.1") <= HALF_AN_HOUR


def test_other_names_and_other_addresses_are_not_locked(attempts):
    fail(attempts, 5)
    assert attempts.wait_seconds("李四", "192.0.2.1") == 0
    assert attempts.wait_seconds("张三", "192.0.2.2") == 0


def test_another_process_knows_of_it(attempts, tmp_path, clock):
    fail(attempts, 5)
    other = Attempts(tmp_path / "attempts", lock_after=5, lock_seconds=HALF_AN_HOUR, clock=clock)
    assert other.wait_seconds("张三", "192.0.2.1") > 0


def test_the_lock_ends(attempts, clock):
    fail(attempts, 5)
    clock.ahead = HALF_AN_HOUR + 1
    assert attempts.wait_seconds("张三", "192.0.2.1") == 0
    fail(attempts, 1)
    assert attempts.wait_seconds("张三", "192.0.2.1") == 0


def test_success_is_the_end_of_counting(attempts):
    fail(attempts, 4)
    attempts.forget("张三", "192.0.2.1")
    fail(attempts, 4)
    assert attempts.wait_seconds("张三", "192.0.2.1") == 0


def test_an_address_that_tries_many_names_is_locked_for_all(attempts):
    for n in range(5 * OF_ONE_ADDRESS):
        attempts.note(f"name {n}", "192.0.2.1")
    assert attempts.wait_seconds("张三", "192.0.2.1") > 0
    assert attempts.wait_seconds("张三", "192.0.2.2") == 0


def test_a_hundred_who_sign_in_from_one_address_do_not_lock_it(attempts):
    for n in range(100):
        attempts.note(f"name {n}", "192.0.2.1")
        attempts.forget(f"name {n}", "192.0.2.1")
    assert attempts.wait_seconds("张三", "192.0.2.1") == 0


def test_the_folder_forgets_and_names_nobody(attempts, tmp_path, clock):
    fail(attempts, 1, name="../../张三/..")
    assert all(len(name) == 32 and name.isalnum() for name in os.listdir(tmp_path / "attempts"))
    assert os.listdir(tmp_path) == ["attempts"]
    clock.ahead = HALF_AN_HOUR + 1
    attempts.note("李四", "192.0.2.2")
    assert len(os.listdir(tmp_path / "attempts")) == 2
