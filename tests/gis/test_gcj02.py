"""The shifts of Chinese web maps (vectors: RULES §11)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis.gcj02 import bd09_of_gcj02, bd09_of_wgs84, gcj02_of_bd09, gcj02_of_wgs84, wgs84_of_gcj02

ZHUMADIAN = np.array([[114.02, 32.98]])


def metres_between(one, other):
    return Geod(ellps="GRS80").inv(one[0][0], one[0][1], other[0][0], other[0][1])[2]


def test_gcj_02_and_bd_09_move_zhumadian_as_far_as_the_rules_say():
    assert metres_between(ZHUMADIAN, gcj02_of_wgs84(ZHUMADIAN)) == pytest.approx(585.9, abs=0.1)
    assert metres_between(ZHUMADIAN, bd09_of_wgs84(ZHUMADIAN)) == pytest.approx(1244.8, abs=0.1)


@given(st.floats(74.0, 134.0), st.floats(19.0, 53.0))
def test_gcj_02_and_bd_09_are_undone_to_a_centimetre(lon, lat):
    there = np.array([[lon, lat]])
    assert wgs84_of_gcj02(gcj02_of_wgs84(there)) == pytest.approx(there, abs=1e-7)
    assert gcj02_of_bd09(bd09_of_gcj02(there)) == pytest.approx(there, abs=1e-7)
