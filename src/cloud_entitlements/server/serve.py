"""The server: waitress for people and programs, and the embedded runner for work, in one process."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress.server import create_server

THREADS = 32


class PortTaken(Exception):
    """Something else listens there."""


def serve(host: str, port: int, *, runner: bool = True, ready: Callable[[str], None]) -> None:
    """Blocks until SIGTERM or SIGINT. `ready` is told the address once it listens."""
    from cloud_entitlements.server.wsgi import application

    try:
        server: Any = create_server(
            application, host=host, port=port, threads=THREADS, ident=None, channel_timeout=120
        )
    except OSError as error:
        raise PortTaken(f"cannot listen on `{host}:{port}`: {error.strerror}") from error
    work = _runner() if runner else None
    if work is not None:
        work.start()
    _stop_on_signals(server)
    ready(f"http://{host}:{server.effective_port}")
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        if work is not None:
            work.stop()


def refuse_taken(host: str, port: int) -> None:
    """Before anything slow is begun. Raises PortTaken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"cannot listen on `{host}:{port}`: {error.strerror}") from error


def _runner() -> Any:
    from cloud_entitlements.server.connections import handlers
    from cloud_entitlements.work.runner import Runner

    return Runner(handlers.HANDLERS, tick=handlers.tick, threads=handlers.THREADS)


def _stop_on_signals(server: Any) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    del server


def first_administrator_code() -> str | None:
    """A fresh code while there is no administrator; None afterwards."""
    from django.contrib.auth.models import User

    from cloud_entitlements.server.people.codes import Purpose, make_code

    if User.objects.filter(is_superuser=True).exists():
        return None
    return make_code(Purpose.FIRST_ADMINISTRATOR)
