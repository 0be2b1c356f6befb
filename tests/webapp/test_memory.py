"""Freed memory that a web process keeps for the next request."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# 40 times four arrays of 1 MiB, freed before the next four; how many pages the system handed out. Where nothing is
# kept, they were 20,864.
ARRAYS = """
import resource, sys
import numpy as np
from webapp.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def make():
    for _ in range(40):
        parts = [np.ones(1 << 20, dtype=np.uint8) for _ in range(4)]
make()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
make()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(kept: str) -> int:
    return int(subprocess.run([sys.executable, "-c", ARRAYS, kept], capture_output=True, check=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library decides by itself")
def test_what_was_freed_is_used_again_without_asking_the_system() -> None:
    assert pages("kept") < 100
