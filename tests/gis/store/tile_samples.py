"""Where the parcels of the tests of tiles lie."""

from __future__ import annotations

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 114°E
# On that meridian, at 33°N; in tile 14/13380/6599, which is 2.05 km wide.
EAST, NORTH = 500_000.0, 3_652_000.0
# There a metre of the ground is a / (N cos φ) = 1.1912 of Web Mercator across and a / (M cos φ) = 1.1968 upwards (N, M:
# radii of curvature): areas grow by their product.
GROWTH = 1.4256
