"""
The files of an installation name only what is there, set only what is read, hold no secret, and may do no more than
they need: containers, nginx, systemd. No engine is needed: the files are read as text.
"""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gis.cli import main
from gis.settings import Settings
from tests.architecture.source import ROOT
from webapp import security, serving
from webapp.views import attachments, calendar, imports

DEPLOY = ROOT / "deploy"


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


COMPOSE = yaml.safe_load(text_of("docker-compose.yml"))
EMBEDDED = yaml.safe_load(text_of("docker-compose.embedded.yml"))
DOCKERFILE = text_of("Dockerfile")
NGINX = re.sub(r"#.*", "", text_of("deploy/nginx.conf"))
UNITS = ("deploy/guatu.service", "deploy/guatu-backup.service")

SERVICES = [(name, service) for file in (COMPOSE, EMBEDDED) for name, service in file["services"].items()]
EVERY_SERVICE = pytest.mark.parametrize(("name", "service"), SERVICES, ids=lambda v: v if isinstance(v, str) else "")
OURS = [(name, service) for name, service in SERVICES if service["image"].startswith("guatu:")]
ONE_SHOT = ("migrate", "guatu")


def stages() -> list[str]:
    return re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]


def named_settings(text: str) -> set[str]:
    return set(re.findall(r"GUATU_[A-Z_]+", text))


def read_settings() -> set[str]:
    return named_settings(text_of("gis/settings.py"))


def substituted() -> set[str]:
    """What the compose files take from the administrator's own .env: ``${NAME:-default}``."""
    return set(re.findall(r"\$\{([A-Z_]+)", text_of("docker-compose.yml") + text_of("docker-compose.embedded.yml")))


# ------------------------------------------------------------------ image


def test_the_image_copies_only_what_the_checkout_holds() -> None:
    copied = [
        line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    ignored = text_of(".dockerignore").split()
    assert copied
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists(), name
        assert name.split("/")[0] not in ignored


def test_the_last_stage_has_no_compiler_and_does_not_run_as_root() -> None:
    last = stages()[-1]
    assert not re.search(r"\b(gcc|build-essential|npm|pip install|\w+-dev)\b", last)
    assert re.search(r"^USER guatu$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last


def test_the_image_backs_up_with_the_programs_of_the_database_s_major_version() -> None:
    client = re.search(r"postgresql-client-(\d+)", stages()[-1])
    server = re.search(r"postgis/postgis:(\d+)-", COMPOSE["services"]["db"]["image"])
    assert client is not None
    assert server is not None
    assert client[1] == server[1]


def test_the_image_s_user_is_the_services_user() -> None:
    uid = re.search(r"--uid (\d+)", DOCKERFILE)
    assert uid is not None
    assert {service["user"].split(":")[0] for _, service in OURS} == {uid[1]}


# ------------------------------------------------------------------ services


@EVERY_SERVICE
def test_a_service_may_do_no_more_than_it_needs(name: str, service: dict[str, Any]) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), "not root, and by number"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= limits.keys()


@EVERY_SERVICE
def test_a_service_that_stays_tells_its_health(name: str, service: dict[str, Any]) -> None:
    health = service["healthcheck"]
    stays = service.get("restart") == "unless-stopped"
    assert stays == (name not in ONE_SHOT or service is EMBEDDED["services"]["guatu"])
    assert ("test" in health) == stays
    assert health.get("disable", False) is not stays


@EVERY_SERVICE
def test_an_image_s_version_is_said(name: str, service: dict[str, Any]) -> None:
    assert re.search(r":\d+(\.\d+|-\d)[\w.-]*\}?$", service["image"])


@EVERY_SERVICE
def test_every_volume_network_and_secret_of_a_service_is_declared(name: str, service: dict[str, Any]) -> None:
    file = EMBEDDED if service in EMBEDDED["services"].values() else COMPOSE
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).is_file() if source.startswith("./") else source in file["volumes"]
    assert set(service.get("networks", ())) <= set(file.get("networks", ()))
    assert set(service.get("secrets", ())) <= set(file.get("secrets", ()))


def test_everything_waits_for_what_it_needs() -> None:
    waits = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in COMPOSE["services"].items()
    }
    assert waits == {
        "db": {},
        "migrate": {"db": "service_healthy"},
        "web": {"db": "service_healthy", "migrate": "service_completed_successfully"},
        "nginx": {"web": "service_healthy"},
        "backup": {"web": "service_healthy"},
        "guatu": {"db": "service_healthy"},
    }


def test_only_nginx_is_reached_from_outside_and_the_database_by_the_app_alone() -> None:
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert services["nginx"]["ports"] == ["${GUATU_LISTEN:-127.0.0.1}:${GUATU_PORT:-8080}:8080"]
    assert EMBEDDED["services"]["guatu"]["ports"] == ["127.0.0.1:${GUATU_PORT:-8765}:8765"]
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert set(services["db"]["networks"]) == {"database"}
    assert set(services["nginx"]["networks"]) == {"front"}


def test_the_embedded_service_keeps_its_file_in_its_volume() -> None:
    service = EMBEDDED["services"]["guatu"]
    assert service["environment"]["GUATU_DB"].startswith(service["volumes"][0].split(":")[1] + "/")


def test_the_app_trusts_nginx_and_nobody_else() -> None:
    services = COMPOSE["services"]
    nginx = services["nginx"]["networks"]["front"]["ipv4_address"]
    assert services["web"]["environment"]["GUATU_TRUSTED_PROXIES"] == nginx
    assert nginx != services["web"]["networks"]["front"]["ipv4_address"]
    default = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", nginx)
    assert str(Settings.from_env({"GUATU_TRUSTED_PROXIES": default}).trusted_proxies[0].network_address) == default


@pytest.mark.parametrize(("name", "service"), OURS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_service_s_command_is_one_that_the_program_has(name: str, service: dict[str, Any]) -> None:
    words = service.get("command", [])
    command = main.commands[words[0]] if words else main
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words[1:] if word.startswith("--")} <= options
    assert named_settings(" ".join(service["environment"])) <= read_settings()


# ------------------------------------------------------------------ secrets


def test_secrets_come_from_files_that_are_not_in_the_checkout() -> None:
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    assert "/secrets/" in text_of(".gitignore").split()
    assert "secrets" in text_of(".dockerignore").split()
    tracked = subprocess.run(
        ["git", "ls-files", "secrets", ".env"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert tracked.stdout == ""


@pytest.mark.parametrize(
    "path", ["docker-compose.yml", "docker-compose.embedded.yml", "Dockerfile", ".env.example", *UNITS]
)
def test_no_secret_stands_in_a_file(path: str) -> None:
    for line in text_of(path).splitlines():
        found = re.search(r"(?i)(password|token|secret|api_?key)(\w*)[\"']?\s*[:=]\s*(\S+)", line)
        if found and not found[2].upper().endswith("_FILE"):
            assert found[3].startswith(("#", "[", "&", "*")), line
    assert not re.search(r"postgres(ql)?://[^\s/@:]+:[^\s/@]+@", text_of(path))


def test_each_service_gets_the_secrets_that_it_reads_and_no_other() -> None:
    for name, service in COMPOSE["services"].items():
        read = {
            Path(value).name for key, value in service.get("environment", {}).items() if key.endswith("PASSWORD_FILE")
        }
        if name == "db":  # its first start reads the app's password too, to make the app's role
            read |= set(re.findall(r"/run/secrets/(\w+)", text_of("deploy/database.sh")))
        assert set(service.get("secrets", ())) == read


# ------------------------------------------------------------------ settings


def test_every_setting_of_the_example_file_is_read() -> None:
    named = named_settings(text_of(".env.example"))
    assert read_settings() <= named
    assert named <= read_settings() | substituted()


def test_everything_that_the_compose_files_ask_for_is_in_the_example_file() -> None:
    assert substituted() <= set(re.findall(r"^#([A-Z_]+)=", text_of(".env.example"), re.MULTILINE))


# ------------------------------------------------------------------ nginx


def directives(name: str) -> list[str]:
    return [" ".join(value.split()) for value in re.findall(rf"^\s*{name}\s+([^;{{]+);", NGINX, re.MULTILINE)]


def test_nginx_asks_the_app_where_it_is() -> None:
    assert NGINX.count("{") == NGINX.count("}")
    (server,) = [value for value in directives("server") if ":" in value]
    name, port = server.split(":")
    assert name in COMPOSE["services"]
    assert port in COMPOSE["services"][name]["command"]
    assert set(directives("proxy_pass")) == {"http://guatu"}
    assert "8080" in directives("listen")


def test_nginx_writes_only_where_its_container_may() -> None:
    nginx = COMPOSE["services"]["nginx"]
    (cache,) = directives("proxy_cache_path")
    assert cache.split()[0] in [place.split(":")[0] for place in nginx["tmpfs"]]
    assert "/nginx-health" in nginx["healthcheck"]["test"][-1]
    assert "location = /nginx-health" in NGINX


def test_nginx_takes_as_much_as_the_app_and_hangs_up_before_it() -> None:
    holidays = calendar.LARGEST_BYTES + calendar.FORM_BYTES
    largest = [security.LONGEST_BODY_BYTES, imports.LARGEST_FORM_BYTES, attachments.LARGEST_FORM_BYTES, holidays]
    assert directives("client_max_body_size") == [f"{-(-most >> 20)}m" for most in largest]
    upstream = re.search(r"upstream guatu \{.*?keepalive_timeout (\d+)s", NGINX, re.DOTALL)
    assert upstream is not None
    assert int(upstream[1]) < serving.KEEP_ALIVE_SECONDS


def test_nginx_lets_files_through_at_the_addresses_that_take_them() -> None:
    exact = re.findall(r"location = (/api/\S+) \{[^}]*proxy_request_buffering off", NGINX)
    assert exact == ["/api/imports"]
    (pattern,) = re.findall(r"location ~ (\^/api/\S+) \{[^}]*proxy_request_buffering off", NGINX)
    for address in ("/api/parcels/1/attachments", "/api/parcels/a/b/attachments", "/api/batches/2026-1/attachments"):
        assert re.match(pattern, address)
    assert not re.match(pattern, "/api/parcels/1/attachments/abc")


def test_nginx_replaces_what_visitors_say_of_themselves() -> None:
    said = dict(value.split(" ", 1) for value in directives("proxy_set_header"))
    assert said["X-Forwarded-For"] == "$remote_addr"
    assert said["X-Forwarded-Proto"] == "$scheme"
    assert said["X-Forwarded-Host"] == "$http_host"
    assert said["Forwarded"] == '""'
    inside = re.findall(r"location[^{]*\{([^}]*)\}", NGINX)
    assert not any("proxy_set_header" in block for block in inside), "one in a location would undo all the others"


def test_tiles_are_kept_by_nginx_but_asked_for_again_by_their_tag() -> None:
    (tiles,) = re.findall(r"location ~ \^/\(tiles\|static\)/ \{([^}]*)\}", NGINX)
    assert "proxy_cache_revalidate on;" in tiles
    assert "proxy_cache_lock on;" in tiles
    assert "proxy_cache_valid 200 204 1s;" in tiles
    assert "proxy_cache_use_stale" not in NGINX


def test_the_app_s_security_headers_are_not_doubled() -> None:
    every_line = text_of("deploy/nginx.conf")
    added = re.findall(r"add_header\s+([\w-]+)", every_line)
    own = re.findall(r'"([A-Z][\w-]+)"', text_of("webapp/security.py"))
    assert "Content-Security-Policy" in own
    assert set(added) & set(own) == set()


# ------------------------------------------------------------------ systemd


def unit(path: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(text_of(path))
    return parsed


@pytest.mark.parametrize("path", UNITS)
def test_a_unit_runs_bounded_and_not_as_root(path: str) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "guatu"
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == service["ProtectHome"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert "MemoryMax" in service
    assert service["EnvironmentFile"] == "/etc/guatu/guatu.env"


def test_the_unit_starts_a_command_that_the_program_has() -> None:
    program, command, *words = unit("deploy/guatu.service")["Service"]["ExecStart"].split()
    assert program.endswith("/guatu")
    options = {option for parameter in main.commands[command].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_the_unit_waits_longer_than_the_server_takes_to_end() -> None:
    seconds = int(unit("deploy/guatu.service")["Service"]["TimeoutStopSec"].removesuffix("s"))
    assert seconds > serving.GRACE_SECONDS
    assert int(COMPOSE["services"]["web"]["stop_grace_period"].removesuffix("s")) > serving.GRACE_SECONDS


# ------------------------------------------------------------------ backups


def run_backup(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """deploy/backup.sh with a stand-in for `guatu` that prints its arguments."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    stand_in = programs / "guatu"
    stand_in.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "BACKUP_FOLDER": str(folder), "BACKUP_KEEP": "7"}
    return subprocess.run(
        [DEPLOY / "backup.sh", *words], env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def test_the_backup_job_calls_a_command_with_options_that_the_program_has(tmp_path: Path) -> None:
    done = run_backup(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"backup --keep 7 {tmp_path}\n")
    backup = main.commands["backup"]
    with backup.make_context("backup", done.stdout.split()[1:], parent=main.make_context("guatu", ["backup"])) as call:
        assert sorted(map(str, call.params.values())) == sorted(["7", str(tmp_path)])


def test_the_backup_job_is_healthy_while_its_newest_backup_is_of_the_last_day(tmp_path: Path) -> None:
    assert run_backup(tmp_path, "--fresh").returncode == 1
    for name in ("county-20260101-023000.dump", "county-20260101-023000.gpkg"):
        backup = tmp_path / name
        backup.touch()
        for hours, healthy in ((24, True), (27, False)):
            subprocess.run(["touch", "-d", f"{hours} hours ago", backup], check=True)
            assert (run_backup(tmp_path, "--fresh").returncode == 0) is healthy
    assert run_backup(tmp_path, "--weekly").returncode == 2
