from __future__ import annotations

import sys

import pytest

from cloud_entitlements.cli import progress as module
from cloud_entitlements.cli.progress import progress


def test_what_is_short_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as tell:
        tell("reading policies", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_what_is_long_says_a_line_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    with progress() as tell:
        tell("reading \x1b[31m", 1, 2)
        tell("nearly there", 0, 0)
    assert capsys.readouterr() == ("", "reading \\u001b[31m: 1 of 2\nnearly there\n")


def test_a_terminal_shows_a_bar_on_stderr_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress() as tell:
        tell("reading [red]policies", 1, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading [red]policies" in err, "words are no markup"
    assert "1/2" in err
