"""`guatu serve` as it is started and stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from gis.model import LOCAL_ACTOR
from gis.store import create_store


def test_serve_prints_its_address_answers_there_and_stops_on_interrupt(tmp_path: Path) -> None:
    db = tmp_path / "county.gpkg"
    create_store(db, name="示例县", crs="EPSG:4547", actor=LOCAL_ACTOR).close()
    command = [sys.executable, "-c", "from gis.cli import main; main()", "--db", str(db), "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}api/info", timeout=60) as answer:
            assert json.load(answer)["name"] == "示例县"
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0
