"""People who sign in at a test's server: one password for all of them, hashed once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask, jsonify, request
from flask.testing import FlaskClient

from gis.accounts import Account, AccountFile, hash_of
from gis.model import Role
from tests.webapp.sending import sign_in
from webapp.acting import allow

PASSWORD = "Correct-Horse-7"
HASH = hash_of(PASSWORD)


def accounts_with(folder: Path, *accounts: Account) -> AccountFile:
    """A file of these accounts in ``folder``, all with the one password."""
    file = AccountFile(folder / "accounts.json")
    for account in accounts:
        file.put(replace(account, password_hash=HASH))
    return file


def signed_in(client: FlaskClient, name: str) -> FlaskClient:
    """The client, at which this person has signed in."""
    assert sign_in(client, name, PASSWORD).status_code == 303
    return client


def with_writes(app: Flask) -> Flask:
    """The app, and one address for each way in which a view asks who writes."""

    @app.post("/api/any")
    def any_() -> object:
        return jsonify({"name": allow().name})

    @app.post("/api/all_of_it")
    def all_of_it() -> object:
        return jsonify({"size": len(request.get_data())})

    @app.post("/api/land")
    def land() -> object:
        return jsonify({"name": allow(Role.LAND_OFFICER).name})

    return app
