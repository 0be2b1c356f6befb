"""The app for a WSGI server (``gunicorn webapp.wsgi:app``): settings come from the environment."""

from __future__ import annotations

import os

from gis.settings import Settings
from webapp import create_app

app = create_app(Settings.from_env(os.environ))
