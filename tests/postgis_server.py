"""
PostgreSQL with PostGIS for the tests: a private cluster that ends with them, or the running one of `GUATU_TEST_DSN`.

A `Cluster` lives in a temporary folder and listens on 127.0.0.1 only, behind a password made for it. Its watchdog holds
a pipe to the test process: however that ends, the pipe closes, the server is stopped and the folder removed.
"""

from __future__ import annotations

import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

import psycopg2

USER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
# Below the ports that systems give to outgoing connections: while the server is down, nobody else comes to hold its
# port, and no client that tries again and again can be connected to itself.
_PORTS = range(20_000, 32_000)
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Reads the server's process id (0: none runs) until the test process is gone, then clears up behind it. A killed server
# that was not started again also leaves a piece of shared memory: postmaster.pid names it in line 7, key and id.
_WATCHDOG = """
pid=0
while read -r line; do pid=$line; done
if [ "$pid" != 0 ]; then
    kill -QUIT "$pid"
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -KILL "$pid"
fi 2>/dev/null
sed -n 7p "$1/data/postmaster.pid" 2>/dev/null | { read -r key id && ipcrm -m "$id"; } 2>/dev/null
rm -rf "$1"
"""


class ServerDidNotStart(Exception):
    """The server ended, or did not answer in time; the text is the end of its log."""


def given_dsn() -> str | None:
    """The running server that takes the place of a private cluster, or None."""
    return os.environ.get("GUATU_TEST_DSN") or None


def find_server_programs() -> Path | None:
    """The folder with `postgres` and `initdb` of the newest PostgreSQL that has PostGIS, or None."""
    return next((folder for folder in _program_folders() if _has_postgis(folder)), None)


def absence_of_programs() -> str | None:
    """Why no private cluster can be started here, or None."""
    if find_server_programs():
        return None
    found = ", ".join(map(str, _program_folders())) or "no server programs"
    return f"needs PostgreSQL's server programs with PostGIS, found {found}"


def absence() -> str | None:
    """Why PostGIS tests cannot run here, or None."""
    missing = None if given_dsn() else absence_of_programs()
    return f"{missing}, and GUATU_TEST_DSN names no running server" if missing else None


def _program_folders() -> list[Path]:
    """Debian's folders, newest first, then what `pg_config` and the path name."""
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: -int(path.parent.name))
    named = [_pg_config(Path("pg_config"), "--bindir"), shutil.which("postgres")]
    others = [Path(named[0] or ""), Path(named[1] or "").parent]
    return [
        folder for folder in [*debian, *others] if all((folder / name).is_file() for name in ("postgres", "initdb"))
    ]


def _has_postgis(programs: Path) -> bool:
    shared = _pg_config(programs / "pg_config", "--sharedir")
    return bool(shared) and Path(str(shared), "extension", "postgis.control").is_file()


def _pg_config(program: Path, option: str) -> str | None:
    try:
        return subprocess.run([program, option], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


class Cluster:
    """
    A private PostgreSQL server; started when made, gone after `close`.

    Without ``durable`` it does not wait for the disk. With it, it keeps PostgreSQL's own settings, so that what was
    committed must be there after `kill` and `start`. The port stays the same over both.
    """

    def __init__(self, *, durable: bool = False, max_connections: int = 100) -> None:
        programs = find_server_programs()
        if programs is None:
            raise ServerDidNotStart(absence_of_programs())
        self.programs = programs
        self.durable = durable
        self.max_connections = max_connections
        self.port = 0
        self._password = secrets.token_urlsafe(16)
        self._server: subprocess.Popen[bytes] | None = None
        self._account = _account()
        self.folder = _folder(self._account)
        self._watchdog = _start_watchdog(self.folder)
        try:
            self._initialise()
            self._start_on_a_free_port()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._server.pid if self._server else None

    def dsn(self, database: str = "postgres") -> str:
        """The address of a database, for a superuser."""
        return address(host="127.0.0.1", port=self.port, user=USER, password=self._password, dbname=database)

    def start(self) -> None:
        """Start the stopped or killed server, on its port, and wait until it answers; it recovers by itself."""
        if self._server:
            return
        with self.log.open("ab") as log:
            self._server = self._popen([self.programs / "postgres", "-D", self.data, *self._options()], log)
        self._tell_watchdog()
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop in order: whoever is connected is cut off, and everything is written."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the postmaster and all its children at once, as a crash of the machine's memory would."""
        if not self._server:
            return
        self._server.send_signal(signal.SIGSTOP)  # it must not start further children meanwhile
        children = _children(self._server.pid)
        for pid in (self._server.pid, *children):
            _kill(pid)
        self._forget_server()
        _wait_until(lambda: not any(map(is_running, children)), STOP_SECONDS)

    def close(self) -> None:
        """Stop the server at once, for nothing of it is kept, and remove its folder."""
        try:
            self._end(signal.SIGQUIT)
        finally:
            assert self._watchdog.stdin
            self._watchdog.stdin.close()
            self._watchdog.wait(STOP_SECONDS)

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o600)
        if self._account:
            shutil.chown(secret, *self._account)
        command: list[str | Path] = [self.programs / "initdb", "-D", self.data, "-U", USER, f"--pwfile={secret}"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-instructions"]
        with self.log.open("wb") as log:
            if self._popen([*command, *([] if self.durable else ["--no-sync"])], log).wait():
                raise ServerDidNotStart(self._end_of_log())

    def _start_on_a_free_port(self) -> None:
        """Somebody else may take the port between our look and our start: then on another."""
        for attempts_left in (4, 3, 2, 1, 0):
            self.port = _free_port()
            try:
                return self.start()
            except ServerDidNotStart as error:
                if "could not bind" not in str(error) or not attempts_left:
                    raise
        return None

    def _options(self) -> list[str]:
        # Shared memory as files in the folder, so that it goes with it.
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "dynamic_shared_memory_type=mmap"]
        options += [f"port={self.port}", f"max_connections={self.max_connections}"]
        options += [] if self.durable else _FAST
        return [argument for option in options for argument in ("-c", option)]

    def _popen(self, command: list[str | Path], log: Any) -> subprocess.Popen[bytes]:
        """Run as the account that may; in a session of its own, so that Ctrl-C reaches only the tests."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        account: dict[str, Any] = {}
        if self._account:
            account = {"user": self._account[0], "group": self._account[1], "extra_groups": []}
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
            **account,
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg2.connect(self.dsn(), connect_timeout=5).close()
            except psycopg2.OperationalError as error:
                ended = self._server is None or self._server.poll() is not None
                if ended or time.monotonic() > deadline:
                    self._end(signal.SIGQUIT)
                    raise ServerDidNotStart(self._end_of_log()) from error
            time.sleep(0.05)

    def _end(self, how: signal.Signals) -> None:
        if self._server:
            self._server.send_signal(how)
            self._forget_server()

    def _forget_server(self) -> None:
        assert self._server
        self._server.wait(STOP_SECONDS)
        self._server = None
        self._tell_watchdog()

    def _tell_watchdog(self) -> None:
        assert self._watchdog.stdin
        self._watchdog.stdin.write(b"%d\n" % (self.pid or 0))
        self._watchdog.stdin.flush()

    def _end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "no log"


def address(*, dbname: str, user: str = "", password: str = "", host: str = "", port: object = "", **more: Any) -> str:
    """A `postgresql://` address of libpq's parameters."""
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    where = (f"[{host}]" if ":" in host else quote(host, safe=",")) + (f":{port}" if port else "")
    options = f"?{urlencode(more, quote_via=quote)}" if more else ""
    return f"postgresql://{who}{'@' if who else ''}{where}/{quote(dbname, safe='')}{options}"


def is_running(pid: int) -> bool:
    """Whether the process lives; one that ended and waits to be reaped does not."""
    try:
        return _state_and_parent(pid)[0] != "Z"
    except OSError:
        return False


def _account() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: then as Debian's `postgres`, else as `nobody`; user and group."""
    if os.geteuid() != 0:
        return None
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = entries.get("postgres") or entries["nobody"]
    return entry.pw_uid, entry.pw_gid


def _folder(account: tuple[int, int] | None) -> Path:
    """A new folder that the server's account can reach; root's own TMPDIR need not be such a place."""
    folder = Path(tempfile.mkdtemp(prefix="guatu-postgres-", dir="/tmp" if account else None))
    if account:
        os.chown(folder, *account)
    return folder


def _start_watchdog(folder: Path) -> subprocess.Popen[bytes]:
    command = ["/bin/sh", "-c", _WATCHDOG, "watchdog", str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/", start_new_session=True)


def _free_port() -> int:
    # The system's own randomness: a seeded test must not give every process the same port.
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerDidNotStart(f"no free port found from {_PORTS.start} to {_PORTS.stop}")


def _state_and_parent(pid: int) -> tuple[str, int]:
    """From /proc, which Linux has: proc(5), fields 3 and 4, behind the name in brackets."""
    state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return state, int(parent)


def _children(parent: int) -> list[int]:
    found = []
    for pid in (int(path.name) for path in Path("/proc").glob("[0-9]*")):
        try:
            if _state_and_parent(pid)[1] == parent:
                found.append(pid)
        except OSError:
            continue  # it ended while we looked
    return found


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _wait_until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds:g} s")
        time.sleep(0.02)
