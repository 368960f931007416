"""How far a long preparation is, on stderr: a bar in a terminal, a line now and then elsewhere, nothing when it is short."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from cloud_entitlements.cli.context import clean

if TYPE_CHECKING:
    from rich.progress import Progress

QUIET_SECONDS = 1.0
Tell = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""


@contextmanager
def progress() -> Iterator[Tell]:
    if not sys.stderr.isatty():
        yield _lines()
        return
    with ExitStack() as stack:
        yield _bar(stack)


def _lines() -> Tell:
    """At most one a second, and none in the first."""
    told_at = time.monotonic()

    def tell(what: str, done: int, of: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= QUIET_SECONDS:
            told_at = time.monotonic()
            click.echo(clean(f"{what}: {done} of {of}" if of else what), err=True)

    return tell


def _bar(stack: ExitStack) -> Tell:
    """Drawn after a second, and gone when it is done."""
    began = time.monotonic()
    bar: Progress | None = None

    def tell(what: str, done: int, of: int) -> None:
        nonlocal bar
        if bar is None and time.monotonic() - began >= QUIET_SECONDS:
            bar = stack.enter_context(_drawn())
            bar.add_task("", total=None)
        if bar is not None:
            bar.update(bar.task_ids[0], description=clean(what), completed=done, total=of or None)

    return tell


def _drawn() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # words may hold names from AWS: they are no markup
    words = TextColumn("{task.description}", markup=False)
    return Progress(words, BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True)
