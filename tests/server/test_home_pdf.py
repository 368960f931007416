"""Home as PDF: the page's own numbers, on a few pages, set without network and files."""

from __future__ import annotations

import io
import shutil
import subprocess
import threading
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.server.home import paper
from cloud_entitlements.server.identities.models import Identity

from .crowd import crowd
from .days import CONNECTION, FULL, Days, user

pytest.importorskip("plutoprint", reason="the package that sets pages has no wheel for this machine")
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
HOSTILE = '<img src="file:///etc/passwd">'


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


def pages(found: bytes) -> list[str]:
    from pypdf import PdfReader

    texts = [one.extract_text() for one in PdfReader(io.BytesIO(found)).pages]
    return [" ".join(unicodedata.normalize("NFKC", one).split()) for one in texts]


def test_it_tells_what_the_page_tells(page: Client) -> None:
    large = crowd("Large", 60, 12, tags=("blue",))
    answer = page.get("/home.pdf?tag=blue")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].startswith('inline; filename="cloud-entitlements-')
    found = pages(answer.content)
    assert 1 <= len(found) <= 3
    text = " ".join(found)
    for told in (
        "Cloud health", "50.0 %", "At least 40.0 %", "54 of 60 accounts", "for ada, tag blue", f"{large.identities}",
        "Identities with the most recommendations", "By account", "Found and resolved", "60 accounts", "Accounts in trouble",
    ):  # fmt: skip
        assert told in text, told
    assert "51 more accounts" in text, "the picture is on it, with what it groups"


def test_the_api_gives_it_to_whoever_has_a_token(tmp_path: Path, db: None) -> None:
    from cloud_entitlements.server.people.tokens import create_token

    Days(tmp_path).collected(user("ada", FULL))
    client = Client(headers={"Authorization": f"Bearer {create_token('pipeline')}"})
    answer = client.get("/api/v1/home.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "for the token pipeline" in pages(answer.content)[0]
    assert client.get("/api/v1/home.pdf?tag=none").status_code == 404


def test_hostile_names_are_text_on_it(page: Client) -> None:
    small = crowd(HOSTILE, 3, 4)
    Identity.objects.update(name=HOSTILE, account_name=HOSTILE, high=1, weight=10**6)
    small.connection.accounts.update(name=HOSTILE)
    text = " ".join(pages(page.get("/home.pdf").content))
    assert HOSTILE in text
    assert "root:x:" not in text


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server of this machine, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


FETCHING = """<!doctype html><html><head><link rel="stylesheet" href="{at}/link.css"><style>@import "{at}/import.css";
@font-face {{ font-family: x; src: url({at}/font.woff) }} p {{ font-family: x; background: url({at}/background.png) }}</style></head>
<body><p>before</p><img src="{at}/image.png"><img src="{file}"><object data="{at}/object.svg"></object><iframe src="{at}/frame.html"></iframe>
<svg width="9" height="9"><image href="{at}/inner.png" width="9" height="9"/><use href="{at}/sprite.svg#x"/></svg><p>after</p></body></html>"""


def test_setting_a_page_fetches_nothing(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    at, paths = asked
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><text y="20">SECRET</text></svg>'
    )
    html = FETCHING.format(at=at, file=secret.as_uri())
    text = " ".join(pages(paper._set(html)))
    assert "before" in text
    assert "after" in text
    assert "SECRET" not in text
    assert paths == []

    import plutoprint

    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.load_html(html)
    written = io.BytesIO()
    book.write_to_pdf_stream(written)
    assert "/image.png" in paths, "without our own fetcher it would"
    assert "SECRET" in " ".join(pages(written.getvalue()))


def test_a_page_that_can_not_be_set_takes_nothing_with_it(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd("Small", 3, 4)

    def too_slow(*_: Any, **given: Any) -> None:
        raise subprocess.TimeoutExpired("setting", given["timeout"])

    monkeypatch.setattr(subprocess, "run", too_slow)
    answer = page.get("/home.pdf")
    assert answer.status_code == 409
    assert "within 60 seconds" in answer.content.decode()


def test_whoever_sets_the_page_is_given_no_secret(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd("Small", 3, 4)
    given: dict[str, Any] = {}

    def note(*_: Any, **more: Any) -> Any:
        given.update(more)
        return subprocess.CompletedProcess([], 0, b"%PDF-1.7", b"")

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for it")
    monkeypatch.setattr(subprocess, "run", note)
    assert page.get("/home.pdf").status_code == 200
    assert not {name for name in given["env"] if name.startswith(("AWS_", "CIEM_", "DATABASE"))}
