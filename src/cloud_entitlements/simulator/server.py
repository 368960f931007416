"""The HTTP server: the guard before moto, the console, and what tests ask of the simulator itself.

`/_simulator/calls?since=N`   the log of calls
`/_simulator/faults`          POST a plan (see faults.py); GET the log of what it did
`/_simulator/stacksets`       POST {"hold": true}: StackSets don't get on until they are let go
`/_simulator/accounts`        POST {"manager", "name", "unit"}: an account joins
`/_simulator/identity-center` POST {"manager", "key", "services"}: a customer's KMS key encrypts it; an empty one ends it
`/console/`                   the customer's console
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from cloud_entitlements.simulator import iam, identity_center, keys, last_accessed, seed, stacks, stacksets
from cloud_entitlements.simulator.console import Console
from cloud_entitlements.simulator.faults import Faults
from cloud_entitlements.simulator.guard import Guard, Start


class Quiet(WSGIRequestHandler):
    """HTTP/1.1, so that connections are kept alive, and no line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, *_args: Any) -> None: ...


def _dispatcher() -> DomainDispatcherApplication:
    """Moto tries hundreds of patterns for each request, and a host's answer never changes."""
    dispatcher = DomainDispatcherApplication(create_backend_app)
    dispatcher.get_backend_for_host = cache(dispatcher.get_backend_for_host)
    return dispatcher


class Simulator:
    """The whole of it as one WSGI application."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.guard = Guard(_dispatcher())
        self.faults = Faults(self.guard)
        self.console = Console(told)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/_simulator/"):
            return self._control(environ, start)
        if path.startswith("/console"):
            return self.console(environ, start)
        return self.faults(environ, start)

    def _control(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"].removeprefix("/_simulator/")
        if path == "calls":
            since = parse_qs(environ.get("QUERY_STRING", "")).get("since", ["0"])[0]
            return _json(start, self.guard.calls_since(int(since)))
        if path == "faults" and environ["REQUEST_METHOD"] != "POST":
            return _json(start, self.faults.told())
        if path == "faults" or path in _CONTROLS:
            given = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            return _json(start, self._plan(given) if path == "faults" else _CONTROLS[path](given))
        return _json(start, {"error": "no such control"}, "404 Not Found")

    def _plan(self, given: Any) -> dict[str, int]:
        self.faults.plan(given)
        return {"rules": len(self.faults.rules)}


def _hold(given: Any) -> dict[str, Any]:
    return {"deployed": stacksets.hold(on=given["hold"])}


def _join(given: Any) -> dict[str, Any]:
    return {"account_id": seed.join(given["manager"], given["name"], given.get("unit"))}


def _encrypt(given: Any) -> dict[str, Any]:
    identity_center.encrypt(given["manager"], given["key"], given["services"])
    return {"key": given["key"]}


_CONTROLS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "stacksets": _hold,
    "accounts": _join,
    "identity-center": _encrypt,
}
"""What is posted."""


def _json(start: Start, answer: Any, status: str = "200 OK") -> Iterable[bytes]:
    body = json.dumps(answer).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def install() -> None:
    """Mends moto; once, before any account exists."""
    for part in (keys, iam, last_accessed, stacks, stacksets, identity_center):
        part.install()


def make(port: int, seed_name: str) -> tuple[BaseWSGIServer, dict[str, Any]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    install()
    told = seed.plant(seed.load(seed_name))
    server = make_server("127.0.0.1", port, Simulator(told), threaded=True, request_handler=Quiet)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    return server, {"endpoint": endpoint, "console": f"{endpoint}/console/", **told}
