"""What the page asks for first: its head names the list and the figures, and a server that starts makes them all."""

from __future__ import annotations

from urllib.parse import urlencode

from gis.workflows.list_projects import ON_THE_PAGE

# As static/js/data.js writes them where nothing is filtered: another spelling would be asked for a second time.
LIST = f"/api/projects?{urlencode({'columns': ','.join(ON_THE_PAGE), 'sort': '-at_risk_wan'})}"
FIGURES = f"/api/totals?{urlencode({'by': 'town'})}"
ASKED_AT_ONCE = (LIST, FIGURES)
ASKED_LATER = ("/api/choices", "/api/legend", "/api/projects.geojson", "/api/towns", "/api/parks")
PAGE = "/"
EVERY_ADDRESS = (PAGE, *ASKED_AT_ONCE, *ASKED_LATER)
