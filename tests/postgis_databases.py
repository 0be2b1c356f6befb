"""New databases with PostGIS for the tests, on the running server of `GUATU_TEST_DSN` or on a private one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, parse_dsn

from tests.postgis_server import Cluster, address, given_dsn


class Databases:
    """New databases with PostGIS on one server, each a copy of a template in which the extension was made once."""

    def __init__(self, dsn: str) -> None:
        """
        ``dsn``: a role that may create databases and the extension `postgis`. Where it may not create the extension,
        the server must hold a template database `template_postgis`, as the PostGIS container does.
        """
        self._dsn = dsn
        self._made: set[str] = set()
        self._template = self._make_template()

    def fresh(self) -> str:
        """The dsn of a new database that holds nothing but the extension."""
        return self._dsn_of(self._create(self._template))

    def drop(self, dsn: str) -> None:
        """Drop a database that `fresh` made, whoever is connected to it."""
        self._drop(parse_dsn(dsn)["dbname"])

    def close(self) -> None:
        """Drop what is left, the template too."""
        for name in sorted(self._made):
            self._drop(name)

    def _make_template(self) -> str:
        name = self._create("template0")
        try:
            with _autocommit(self._dsn_of(name)) as template, template.cursor() as cursor:
                cursor.execute("CREATE EXTENSION postgis")
        except psycopg2.errors.InsufficientPrivilege:
            self._drop(name)
            return "template_postgis"
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        return name

    def _create(self, template: str) -> str:
        name = f"guatu_test_{secrets.token_hex(8)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        self._made.add(name)
        return name

    def _drop(self, name: str) -> None:
        if name not in self._made:
            raise ValueError(f"{name} is not a database that these tests made")
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.discard(name)

    def _execute(self, statement: sql.Composed) -> None:
        with _autocommit(self._dsn) as server, server.cursor() as cursor:
            cursor.execute(statement)

    def _dsn_of(self, name: str) -> str:
        return address(**{**parse_dsn(self._dsn), "dbname": name})


@contextmanager
def databases() -> Iterator[Databases]:
    """New databases on the server of `GUATU_TEST_DSN`, or on a private cluster that does not wait for the disk."""
    dsn = given_dsn()
    if dsn:
        with closing(Databases(dsn)) as made:
            yield made
    else:
        with Cluster() as cluster, closing(Databases(cluster.dsn())) as made:
            yield made


@contextmanager
def _autocommit(dsn: str) -> Iterator[connection]:
    with closing(psycopg2.connect(dsn)) as opened:
        opened.autocommit = True
        yield opened
