"""What every command has: the data folder, the form of output, and how failures are told."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


class Failed(Exception):
    """A command did not do what was asked: what, why, and the next step."""

    def __init__(
        self, text: str, fix: str = "", *, code: str = "failed", exit_code: int = 1, **more: Any
    ) -> None:
        super().__init__(text)
        self.text, self.fix, self.code, self.exit_code, self.more = text, fix, code, exit_code, more


@dataclass(slots=True)
class Context:
    data_dir: str | None
    output: str

    def start(self) -> None:
        """Django on the data folder; the database is made when it is missing."""
        from cloud_entitlements.server import boot

        try:
            boot.start(Path(self.data_dir).expanduser() if self.data_dir else None)
        except boot.NewerDatabase as error:
            raise Failed(str(error), "install the newer program, or choose another --data-dir") from error
        except OSError as error:
            raise Failed(
                f"the data folder can't be used: {error}", "choose another with --data-dir FOLDER"
            ) from error

    def complain(self, failed: Failed) -> None:
        if self.output in ("json", "jsonl"):
            body = {"error": {"code": failed.code, "text": failed.text, "fix": failed.fix, **failed.more}}
            click.echo(json.dumps(body), file=sys.stderr)
            return
        click.echo(f"ciem: {clean(failed.text)}", file=sys.stderr)
        if failed.fix:
            click.echo(f"  next: {clean(failed.fix)}", file=sys.stderr)


def clean(text: object) -> str:
    """Text from AWS may hold terminal escapes: control and direction characters are shown, never obeyed."""
    return "".join(_shown(character) for character in str(text))


_DIRECTIONS = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_HALVES = range(0xD800, 0xE000)
"""Halves of a pair, which JSON can hold alone and no output can."""


def _shown(character: str) -> str:
    number = ord(character)
    if character in "\n\t":
        return " "
    if number < 0x20 or 0x7F <= number < 0xA0 or number in _DIRECTIONS or number in _HALVES:  # noqa: PLR2004
        return f"\\u{number:04x}"
    return character
