"""
Copy the front-end files that the page needs from node_modules to webapp/static/vendor.

Idempotent: files that are the same are left, files that no package brings any more are removed.
The library is otherwise untouched; its licence comes along.
"""

from __future__ import annotations

import filecmp
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "webapp" / "static" / "vendor"

# Package to the files that are served. MapLibre's CSP build keeps its worker in a file of its own,
# so that the page's security policy need not allow blob: scripts.
NEEDED: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
    "maplibre-gl": (
        "dist/maplibre-gl-csp.js",
        "dist/maplibre-gl-csp-worker.js",
        "dist/maplibre-gl.css",
        "LICENSE.txt",
    ),
    "@maplibre/maplibre-gl-leaflet": ("leaflet-maplibre-gl.js", "LICENSE"),
    "echarts": ("dist/echarts.common.min.js", "LICENSE", "NOTICE"),
    "tabulator-tables": ("dist/js/tabulator.min.js", "dist/css/tabulator.min.css", "LICENSE"),
    "@geoman-io/leaflet-geoman-free": ("dist/leaflet-geoman.min.js", "dist/leaflet-geoman.css", "LICENSE"),
    "proj4": ("dist/proj4.js", "LICENSE.md"),
}


def destination(package: str, file: str) -> Path:
    """Where a package's file is served from: vendor/<package without scope>/<file name>."""
    return VENDOR / package.rsplit("/", maxsplit=1)[-1] / Path(file).name


def wanted() -> dict[Path, Path]:
    """Every served file and the one that it is copied from."""
    return {destination(package, file): MODULES / package / file for package, files in NEEDED.items() for file in files}


def copy_changed(files: dict[Path, Path]) -> int:
    """Copy what is not there or differs; how many that were."""
    copied = 0
    for target, source in files.items():
        if target.is_file() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        copied += 1
    return copied


def remove_strangers(files: dict[Path, Path]) -> int:
    """Remove served files that nothing brings; how many that were."""
    strangers = [path for path in VENDOR.rglob("*") if path.is_file() and path not in files]
    for path in strangers:
        path.unlink()
    return len(strangers)


def main() -> int:
    """Bring webapp/static/vendor up to date; 1 where node_modules lacks a file."""
    files = wanted()
    missing = sorted(str(source.relative_to(ROOT)) for source in files.values() if not source.is_file())
    if missing:
        print(f"not in node_modules (run `npm ci` first): {', '.join(missing)}", file=sys.stderr)
        return 1
    copied, removed = copy_changed(files), remove_strangers(files)
    print(f"{len(files)} front-end files: {copied} copied, {removed} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
