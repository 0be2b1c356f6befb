"""Turns at heavy work: so many at once, one waits, the others are told at once."""

from __future__ import annotations

import threading

import pytest

from gis.errors import TooMuchAsked
from gis.words import Words
from webapp.turns import Turns

BUSY = Words("正忙", "busy")


def test_so_many_have_a_turn_at_once_and_what_is_given_back_is_free_again() -> None:
    turns = Turns(2, BUSY)
    turns.take()
    with turns, pytest.raises(TooMuchAsked):
        turns.take()
    turns.take()


def test_one_waits_for_a_turn_and_a_second_does_not() -> None:
    turns, has_turn = Turns(1, BUSY, wait_s=60), threading.Event()
    turns.take()

    def wait() -> None:
        with turns:
            has_turn.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not turns.is_awaited:
        has_turn.wait(0.001)
    # With 60 seconds to wait this would not come back in time, were there a place to wait in.
    with pytest.raises(TooMuchAsked):
        turns.take()
    assert not has_turn.is_set()
    turns.give_back()
    assert has_turn.wait(60)
    waiting.join()
