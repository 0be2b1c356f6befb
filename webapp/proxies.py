"""Whom the app believes about the visitor: ``X-Forwarded-…`` headers count from configured proxies only."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix

from gis.settings import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_", "HTTP_X_REAL_IP", "HTTP_VIA")
_THROUGH_A_STRANGER = "guatu.through_a_stranger"


def believing(app: WSGIApplication, trusted: tuple[Network, ...]) -> WSGIApplication:
    """
    ``app`` behind proxies of ``trusted``: address, scheme and host of the visitor are what the proxy says.

    One proxy is believed, the one that connects; from anybody else the headers are removed.
    """
    behind_a_proxy = ProxyFix(app, x_for=1, x_proto=1, x_host=1)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _is_trusted(environ.get("REMOTE_ADDR", ""), trusted):
            return behind_a_proxy(environ, start_response)
        for name in [name for name in environ if name.startswith(_FORWARDED)]:
            del environ[name]
            environ[_THROUGH_A_STRANGER] = True
        return app(environ, start_response)

    return answer


def came_through_a_stranger() -> bool:
    """A proxy that is not believed passed this request on: it need not come from where it seems to."""
    return _THROUGH_A_STRANGER in request.environ


def _is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    try:
        visitor = ip_address(address)
    except ValueError:  # a Unix socket has none
        return False
    mapped = getattr(visitor, "ipv4_mapped", None)
    return any((mapped or visitor) in network for network in trusted)
