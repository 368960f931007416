"""Before lists answer: what a terminal imported, or a newer program judges otherwise, is judged now.

By the ledger, so that a server on the same folder and this process never judge one snapshot both: what is under way
there is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from cloud_entitlements.cli.context import clean
from cloud_entitlements.cli.progress import Tell, progress

if TYPE_CHECKING:  # Django is set up before these are imported
    from uuid import UUID

    from cloud_entitlements.work.models import Run

ROUNDS = 3
"""A collection may publish a newer snapshot meanwhile; this often it is followed."""
LOOK_SECONDS = 0.1


def judge_due(connection_id: str = "") -> Mapping[str, str]:
    """Of this connection, or of all. Returns those that could not be judged, with why."""
    from cloud_entitlements.server.recommendations import due

    due.forget_gone()
    lost: dict[str, str] = {}
    for _ in range(ROUNDS):
        left = _left(connection_id, lost)
        if not left:
            return lost
        lost |= _judged(left)
    return lost | dict.fromkeys(_left(connection_id, lost), "newer snapshots came meanwhile")


def _left(connection_id: str, lost: Mapping[str, str]) -> Sequence[str]:
    from cloud_entitlements.server.recommendations import due

    return [one for one in due.waiting() if connection_id in ("", one) and one not in lost]


def _judged(connections: Sequence[str]) -> Mapping[str, str]:
    """Works until all of them are judged. Returns the errors of those that failed."""
    from cloud_entitlements.server.recommendations import due
    from cloud_entitlements.work.models import Run
    from cloud_entitlements.work.runner import Runner

    runs = {due.ask(one).id: one for one in connections}
    runner = Runner({due.ANALYSE: due.handle}, threads=1)
    runner.start()
    try:
        _wait(list(runs))
    finally:
        runner.stop()
    failed = Run.objects.filter(id__in=list(runs), state=Run.State.FAILED)
    return {runs[one.id]: one.error for one in failed}


def _wait(runs: Sequence[UUID]) -> None:
    from cloud_entitlements.work.models import Run

    told: set[str] = set()
    going = Run.objects.filter(id__in=runs, state__in=(Run.State.QUEUED, Run.State.RUNNING))
    with progress() as tell:
        while under_way := list(going.all()):
            for run in under_way:
                _tell(run, tell, told)
            time.sleep(LOOK_SECONDS)


def _tell(run: Run, tell: Tell, told: set[str]) -> None:
    for item in run.items.all():
        line = f"{run.id} {item.progress_text} {item.progress_done}"
        if item.progress_total and line not in told:
            told.add(line)
            tell(item.progress_text, item.progress_done, item.progress_total)
        if item.error and item.error not in told:
            told.add(item.error)
            click.echo(clean(f"ciem: judging failed, and is tried again: {item.error}"), err=True)
