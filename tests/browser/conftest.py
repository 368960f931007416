from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAM = str(Path(sys.executable).parent / "ciem")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@dataclass(frozen=True, slots=True)
class Demo:
    """The whole product on the simulated AWS, as `ciem demo` starts it."""

    url: str
    sign_in: str
    console: str
    data: str


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "there is no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CIEM_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright keeps an event loop in this thread, in which Django would refuse the tests that come after.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    command = [PROGRAM, "--data-dir", str(folder / "data"), "demo", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = ""
    for line in process.stderr:
        told += line
        if "Ctrl-C ends everything" in line:
            break
    sign_in = re.search(r"open the product\s+(\S+)", told)
    console = re.search(r"the customer's side\s+(\S+)", told)
    assert sign_in, told
    assert console, told
    yield Demo(sign_in[1].split("/sign-in")[0], sign_in[1], console[1], command[2])
    process.terminate()
    process.wait(20)
    process.stderr.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, demo: Demo) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=demo.url)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(demo.sign_in)
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when the browser's console has an error, a violated policy among them."""
    errors: list[str] = []
    opened = signed_in.new_page()
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    # a refused form (422), by design, is noted by the browser as an error of the network
    assert [error for error in errors if "422" not in error] == []
