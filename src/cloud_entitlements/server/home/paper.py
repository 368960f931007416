"""Home on paper: the page's own template as PDF.

It is set by another process, which is given the page and nothing else: a page that makes it fail, or takes too long, takes
nothing of the server with it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

from cloud_entitlements.server.connections.refusals import NotReady

SECONDS = 60
FIX = "pip install 'cloud-entitlements[pdf]', and start the server again"
_PASSED_ON = (
    "PATH",
    "PYTHONPATH",
    "HOME",
    "LANG",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "WINDIR",
    "LOCALAPPDATA",
    "FONTCONFIG_PATH",
)


def missing() -> str:
    """Why there is no PDF here; empty: there is."""
    if importlib.util.find_spec("plutoprint") is None:
        return "the package that sets pages is not installed on this server"
    return ""


def pdf(context: dict[str, Any], who: str, address: str) -> bytes:
    """`context`: that of Home. `address`: where people reach the product, for the links. Raises NotReady."""
    if why := missing():
        raise NotReady("no_pdf", why, FIX)
    given = {**context, "frame": "home/paper.html", "paper": True, "who": who, "one": None}
    page = render_to_string(
        "home/home.html", {**given, "address": settings.PUBLIC_URL or address.rstrip("/")}
    )
    return _set(page)


def _set(page: str) -> bytes:
    command = [sys.executable, "-P", "-m", "cloud_entitlements.server.home.setting"]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(
            command,
            input=page.encode("utf-8", "replace"),
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        fix = "narrow Home by a tag or an environment, and try again"
        raise NotReady("pdf_too_slow", f"the page was not set within {SECONDS} seconds", fix) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise NotReady(
            "pdf_failed", "the page could not be set", "try again; report it if it stays"
        ) from error
    return done.stdout


def answer(found: bytes, at: datetime) -> HttpResponse:
    response = HttpResponse(found, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="cloud-entitlements-{at:%Y-%m-%d}.pdf"'
    return response
