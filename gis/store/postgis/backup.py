"""Backups of a PostGIS store: PostgreSQL's own pg_dump and pg_restore, run beside us."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psycopg2.extensions import make_dsn

from gis.errors import GuatuError, ProgramFailed, StoreExists, StoreFull, StoreMissing, UnreadableFile
from gis.store.files import appearing
from gis.store.postgis.connections import SCHEMA, Connection, causes, connect, without_password
from gis.store.postgis.migrations import applied
from gis.words import Words

MAGIC = b"PGDMP"
_DEBIAN = Path("/usr/lib/postgresql")
# What a child must be told of how we are connected; every libpq in use knows these.
_PARAMETERS = ("hostaddr", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "gssencmode", "channel_binding")
Program = Literal["pg_dump", "pg_restore"]


@dataclass(frozen=True, slots=True)
class _Server:
    """A database as a program beside us reaches it: the password only through its environment."""

    dsn: str
    password: str
    major: int


def back_up(dsn: str, file: Path) -> None:
    """
    Write the store, of one moment, to the new ``file`` in pg_dump's custom format.

    Raises
    ------
    StoreMissing, StoreUnreachable
        There is no store, or no server that answers.
    StoreExists
        There is a file already.
    ProgramFailed
        pg_dump is missing, older than the server, or ended with an error.
    StoreFull
        The disk is full.
    """
    with closing(connect(dsn)) as connection, causes():
        if not applied(connection):
            raise StoreMissing(Words("数据库中没有库", "no store in this database"), found=without_password(dsn))
        server = _server(connection)
    program = _found("pg_dump", server.major)
    with appearing(file) as making:
        _run([program, "--format=custom", f"--schema={SCHEMA}", f"--file={making}"], server)


def restore(file: Path, dsn: str) -> None:
    """
    Put a backup into a database without a store, all of it or nothing. PostGIS is switched on where it is not.

    Raises
    ------
    StoreMissing
        There is no such backup, or no such database.
    StoreExists
        The database holds a store already, or another schema of its name.
    NotAllowed
        The account may not switch PostGIS on.
    ProgramFailed
        pg_restore is missing, older than the server or the backup, or ended with an error.
    """
    if not file.is_file():
        raise StoreMissing(Words("备份文件不存在", "there is no such backup"), found=str(file))
    with closing(connect(dsn)) as connection, causes():
        _check_empty(connection, dsn)
        server = _server(connection)
        program = _found("pg_restore", server.major)
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public")
    _run([program, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(file)], server)
    with closing(connect(dsn)) as connection, causes(), connection.cursor() as cursor:
        if not applied(connection):
            raise UnreadableFile(Words("备份中没有库", "the backup holds no store"), found=str(file))
        cursor.execute("ANALYZE")


def _check_empty(connection: Connection, dsn: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 WHERE to_regnamespace(%s) IS NOT NULL", (SCHEMA,))
        if cursor.fetchone():
            words = Words("数据库中已有库", "the database holds a store already")
            raise StoreExists(words, found=without_password(dsn))


def _server(connection: Connection) -> _Server:
    """As we are connected, wherever that was said: the address, the environment, a password file."""
    info = connection.info
    told = {name: value for name, value in info.dsn_parameters.items() if name in _PARAMETERS}
    dsn = make_dsn(host=info.host, port=info.port, dbname=info.dbname, user=info.user, **told)
    return _Server(dsn, info.password or "", info.server_version // 10_000)


def _found(name: Program, major: int) -> str:
    """
    The program's path: of the server's version or a newer one, from PATH or Debian's folders.

    Of several, pg_dump comes from the version nearest to the server, so that its backup can be read where
    there is no newer one; pg_restore from the newest, which reads the backups of all before it.
    """
    versions = {path: _version(path) for path in _candidates(name)}
    if not versions:
        words = Words(
            f"找不到 {name}，请安装 PostgreSQL 客户端", f"{name} is not there: install PostgreSQL's client programs"
        )
        raise ProgramFailed(words, expected=f"{name} ≥ {major}")
    good = {path: version for path, version in versions.items() if version >= major}
    if not good:
        words = Words(f"{name} 比数据库服务器旧", f"{name} is older than the database's server")
        raise ProgramFailed(words, found=f"{name} {max(versions.values())}", expected=f"{name} ≥ {major}")
    best = min if name == "pg_dump" else max
    return best(good, key=lambda path: good[path])


def _candidates(name: Program) -> Iterable[str]:
    on_path = shutil.which(name)
    debian = [str(path) for path in sorted(_DEBIAN.glob(f"[0-9]*/bin/{name}"))]
    return dict.fromkeys(([on_path] if on_path else []) + debian)


def _version(program: str) -> int:
    """``pg_dump (PostgreSQL) 15.14 (Debian …)`` → 15; 0 where it does not say."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 (found by us)
    except OSError:
        return 0
    said = re.search(r"\) (\d+)", answer)
    return int(said[1]) if said else 0


def _run(command: list[str], server: _Server) -> None:
    """To the end; nothing of the database's data or password stands in the arguments."""
    ended = subprocess.run(  # noqa: S603 (found by us; its arguments are our own)
        [*command, "--no-password", f"--dbname={server.dsn}"],
        env={"PGPASSWORD": server.password, "PGAPPNAME": "guatu", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode:
        raise _failure(Path(command[0]).name, ended.stderr.strip())


def _failure(name: str, said: str) -> GuatuError:
    if "No space left on device" in said:
        return StoreFull(Words("磁盘空间不足，未写入任何内容", "no room left on the disk; nothing was written"))
    return ProgramFailed(Words(f"{name} 未能完成", f"{name} did not complete"), found=said[-500:] or None)
