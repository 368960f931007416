"""Waiting for a run in the terminal: the checklist on stderr, line by line, while this process works along."""

from __future__ import annotations

import sys
from typing import Any

import click

from cloud_entitlements.cli.context import Failed, clean

MARK = {"passed": "ok  ", "failed": "FAIL", "running": "…   ", "waiting": "    ", "skipped": "-   "}


def wait(connection: Any, run: Any) -> Any:
    """Works until `run` has ended; returns the connection as it is then. Raises when the run failed."""
    from cloud_entitlements.server.connections import commands, handlers
    from cloud_entitlements.work.runner import Runner

    told: dict[str, str] = {}
    watch = _checks if run.kind == "connect" else _accounts
    runner = Runner(handlers.HANDLERS, threads=handlers.THREADS)
    run = runner.run_until_ended(run, lambda _run: watch(connection, _run, told))
    if not commands.connections().filter(id=connection.id).exists():
        raise Failed("the connection was removed meanwhile")
    connection = commands.find(str(connection.id))
    if run.state == "held":
        raise Failed(
            f"`{connection.name}` was switched off meanwhile", "switch it on: the run goes on from there"
        )
    if run.state != "done":
        raise Failed(run.error or f"the run was {run.state}", _next(connection), code="run_failed")
    return connection


def _next(connection: Any) -> str:
    failed = [check for check in connection.checks.all() if check.state == "failed"]
    causes = failed[0].causes if failed else []
    return str(causes[0]["fix"]) if causes else "see `ciem org show`, then `ciem org retry`"


def _checks(connection: Any, _run: Any, told: dict[str, str]) -> None:
    for check in connection.checks.all().order_by("position"):
        line = f"{check.state} {check.detail} {check.message}"
        if check.state == "waiting" or told.get(check.code) == line:
            continue
        told[check.code] = line
        _say(f"{MARK[check.state]} {check.title}: {check.detail or check.message}")
        if check.state == "failed":
            _say(f"       {check.call}: {check.message}")
            for number, cause in enumerate(check.causes, start=1):
                _say(f"       {number}. {cause['text']}")
                _say(f"          {cause['fix']}")


def _accounts(connection: Any, run: Any, told: dict[str, str]) -> None:
    from cloud_entitlements.server.connections.shown import under_way
    from cloud_entitlements.work import ledger

    asked = run.kind == "farewell"
    progress = ledger.progress(run, "gone" if asked else "account")
    now = "; ".join(f"{one.account_id or one.name} {one.text}" for one in under_way(connection, run, most=3))
    line = f"{progress.done} of {progress.total} {'roles asked' if asked else 'accounts'}"
    if not progress.total:
        line = "" if now else "reading the organization"
    line = ": ".join(part for part in (line, now) if part)
    if told.get("line") != line:
        told["line"] = line
        _say(line)


def _say(text: str) -> None:
    click.echo(clean(text), file=sys.stderr)
