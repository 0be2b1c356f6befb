"""
Who acts in this request, and what they may do.

Without a file of accounts, requests that come from this machine itself act as its user and may do everything;
everybody else may look. With one, people sign in; reading stays open unless the settings close it.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug.wrappers import Response as AnyResponse

from gis.accounts import LONGEST_PASSWORD, NOBODY, Account, AccountFile, replace_privately, tidy_name
from gis.errors import InvalidParameter, NotAllowed, NotSignedIn
from gis.model import LOCAL_ACTOR, Actor, Role
from gis.settings import Settings
from gis.words import Words
from webapp import audit, forgery
from webapp.attempts import Attempts
from webapp.errors import is_for_programs
from webapp.forgery import SAFE_METHODS
from webapp.proxies import came_through_a_stranger
from webapp.rights import rights_of

_KEY = "guatu_acting"
VISITOR = Actor("访客", Role.VIEWER)
# However busy the person is: a cookie that somebody copied does not live for ever.
LONGEST_SESSION_SECONDS = 12 * 3600
# In the environment of requests that the server makes of itself (webapp.context.warm); no visitor can put it there.
FROM_WITHIN = "guatu.from_within"
# A cookie is written again at most this often.
NOTED_EVERY_SECONDS = 60
# Asked by whoever is not signed in or no longer is, by readers who may write nothing, and by programs that watch.
_SIGNING = frozenset({"signing_in.page", "signing_in.sign_in", "signing_in.sign_out", "signing_in.told"})
# By members of a tour, who have no account: a one-time code lets them in, and to nothing but their score sheet.
_SCORING = frozenset({"score_form.page", "score_form.sheet", "score_form.cast"})
_ALWAYS_OPEN = frozenset({"static", "health.healthz", *_SIGNING, *_SCORING})


@dataclass(frozen=True, slots=True)
class _Acting:
    settings: Settings
    accounts: AccountFile | None
    attempts: Attempts | None


class _Cookie(SecureCookieSessionInterface):
    """Sent back over https only where it was made over https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init(app: Flask, settings: Settings) -> None:
    """
    Set up sessions, the token of pages and the check of who may write.

    Raises
    ------
    InvalidParameter
        The file of accounts or that of the secret key cannot be used.
    """
    accounts = AccountFile(Path(settings.accounts)) if settings.accounts else None
    attempts = None
    if accounts is not None:
        accounts.accounts()
        folder = accounts.path.with_name(f"{accounts.path.name}.attempts")
        attempts = Attempts(folder, lock_after=settings.lock_after, lock_seconds=60 * settings.lock_minutes)
    app.extensions[_KEY] = _Acting(settings, accounts, attempts)
    app.secret_key = _secret_key(settings)
    app.session_interface = _Cookie()
    app.config.update(SESSION_COOKIE_NAME="guatu_session", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")
    audit.init(app, settings)
    forgery.init(app)
    app.before_request(_admit)
    app.after_request(_keep_private)
    app.add_template_global(me)


def actor() -> Actor:
    """As whom this request writes; a visitor who may only look where nobody is signed in."""
    if _acting().accounts is None:
        return LOCAL_ACTOR if _is_of_this_machine() else VISITOR
    found = signed_in()
    return VISITOR if found is None else found.actor


def allow(*roles: Role) -> Actor:
    """
    The actor, who has one of ``roles`` (none named: any that writes) or is an administrator.

    Raises
    ------
    NotSignedIn
        There are accounts, and nobody is signed in.
    NotAllowed
        The actor is none of these; says who is.
    """
    found = actor()
    if found.role is Role.ADMIN or (found.role in roles if roles else found.may_write):
        return found
    require_person()
    if _acting().accounts is None:
        raise NotAllowed(
            Words(
                "没有设置账号，只有在服务器本机上才能修改；要从其他电脑修改，请管理员设置账号（GUATU_ACCOUNTS）",
                "there are no accounts, so only the server's own machine may write; to write from others, "
                "have the administrator set up accounts (GUATU_ACCOUNTS)",
            ),
            expected="guatu account add NAME --role ROLE",
        )
    wanted = [role for role in Role if role in (*roles, Role.ADMIN)] if roles else [r for r in Role if r != Role.VIEWER]
    raise NotAllowed(
        Words("您的账号没有此项权限", "your account may not do this"),
        found=found.role.words.zh,
        expected="、".join(role.words.zh for role in wanted),
    )


def require_person() -> None:
    """Raise NotSignedIn where there are accounts and nobody is signed in: for what is not for every reader."""
    if _acting().accounts is not None and signed_in() is None:
        raise _not_signed_in()


def me() -> dict[str, Any]:
    """Who looks at the page, for its header and scripts: what they may do is for the server to decide."""
    with_accounts = _acting().accounts is not None
    found = signed_in() if with_accounts else None
    acts = actor()
    is_known = found is not None or acts is LOCAL_ACTOR
    return {
        "name": acts.name if is_known else None,
        "role": acts.role.value,
        "unit": found.unit if found else None,
        "may_write": acts.may_write,
        "may": rights_of(acts.role),
        "with_accounts": with_accounts,
    }


def signed_in() -> Account | None:
    """Whose session this is; None without one, or where it ended."""
    accounts = _acting().accounts
    if accounts is None or current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    found = accounts.account(str(session.get("name", "")))
    if found is None or not found.active or session.get("mark") != found.mark:
        return None
    now = time.time()
    is_idle = now - session.get("seen", 0) > 60 * _acting().settings.idle_minutes
    return None if is_idle or now - session.get("since", 0) > LONGEST_SESSION_SECONDS else found


def sign_in(name: str, password: str) -> int:
    """
    Begin a session where the password is right; gives 0, or for how many seconds this name is locked.

    Raises
    ------
    NotAllowed
        There is no such account, it is not active, or the password is another: the same in each case.
    """
    acting = _acting()
    if acting.accounts is None or acting.attempts is None:
        raise NotAllowed(Words("没有设置账号", "there are no accounts"), expected="GUATU_ACCOUNTS")
    address = request.remote_addr or ""
    name = tidy_name(name)
    if wait := acting.attempts.wait_seconds(name, address):
        _note_attempt(name, "locked")
        return wait
    acting.attempts.note(name, address)
    account = acting.accounts.account(name) or NOBODY
    if not account.opened_by(password[: LONGEST_PASSWORD + 1]):
        _note_attempt(name, "refused")
        raise NotAllowed(Words("账号或密码不对", "wrong name or password"))
    acting.attempts.forget(name, address)
    session.clear()  # what anybody set before is not this person's
    now = int(time.time())
    session.update(name=account.name, mark=account.mark, since=now, seen=now)
    _note_attempt(name, "ok")
    return 0


def sign_out() -> None:
    """End the session."""
    if found := signed_in():
        audit.note(found.name, "sign_out", found.name)
    session.clear()


def _note_attempt(name: str, result: str) -> None:
    """What was typed for a name that is nobody's is not written down: it may be a password."""
    accounts = _acting().accounts
    known = name if accounts is not None and accounts.account(name) is not None else "?"
    audit.note(known, "sign_in", known, result=result)


def _not_signed_in() -> NotSignedIn:
    return NotSignedIn(Words("请先登录", "sign in first"), expected="/login")


def _acting() -> _Acting:
    return cast("_Acting", current_app.extensions[_KEY])


def _is_of_this_machine() -> bool:
    """
    The request comes from a program on this machine, and asks this machine by its own name.

    A page of another site that has its name point here (DNS rebinding) asks by that name; what a proxy passes on
    comes from somewhere else.
    """
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    is_own_name = host == "localhost" or _is_loopback(host.strip("[]"))
    return is_own_name and _is_loopback(request.remote_addr or "") and not came_through_a_stranger()


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)


def _admit() -> AnyResponse | None:
    """Whoever may not write goes no further; nor who may not read, where reading needs an account."""
    if request.routing_exception is not None:  # there is nothing at this address: it is said so
        return None
    if request.method not in SAFE_METHODS:
        forgery.require_our_page()
        if request.endpoint not in _ALWAYS_OPEN:
            allow()
    elif _is_closed() and not _is_free_to_read() and signed_in() is None:
        if not is_for_programs(request.path):
            return redirect(url_for("signing_in.page", next=request.full_path.rstrip("?")))
        raise _not_signed_in()
    _note_presence()
    return None


def _is_free_to_read() -> bool:
    return request.endpoint in _ALWAYS_OPEN or FROM_WITHIN in request.environ


def _is_closed() -> bool:
    return _acting().accounts is not None and not _acting().settings.open_reading


def _note_presence() -> None:
    # Tiles are what the browsers and nginx keep; a cookie would make them everybody's own.
    if request.path.startswith(("/tiles/", "/static/", "/basemap/")) or signed_in() is None:
        return
    if time.time() - session["seen"] > NOTED_EVERY_SECONDS:
        session["seen"] = int(time.time())


def _keep_private(response: Response) -> Response:
    """
    Nobody keeps an answer of which its view says nothing: it may be one person's own. Where reading needs an account,
    nobody on the way keeps any for others (deploy/nginx.conf, too).
    """
    if request.path.startswith("/api/") and not response.headers.get("Cache-Control"):
        response.cache_control.no_store = True
    if _is_closed() and request.endpoint not in _ALWAYS_OPEN:
        response.cache_control.private = True
        response.headers["X-Accel-Expires"] = "0"
    return response


def _secret_key(settings: Settings) -> str:
    """Of the file, made once; without accounts one that lives as long as this server does."""
    if settings.secret_key_file:
        return _key_in(Path(settings.secret_key_file))
    if settings.accounts is None:
        return secrets.token_hex(32)
    file = Path(f"{settings.accounts}.key")
    if not file.exists():
        replace_privately(file, secrets.token_hex(32).encode())
    return _key_in(file)


def _key_in(file: Path) -> str:
    try:
        key = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise _no_key(file, type(error).__name__) from None
    if len(key) < 32:
        raise _no_key(file, f"{len(key)} characters")
    return key


def _no_key(file: Path, found: str) -> InvalidParameter:
    return InvalidParameter(
        Words("会话密钥文件无法使用", "the file of the sessions' secret key cannot be used"),
        found=f"{file}: {found}",
        expected="≥ 32 ASCII characters, such as of: openssl rand -hex 32",
    )
