"""Connecting 100 and then 1,000 generated accounts: does memory stay flat, and does an account cost the same?

Prints a table: seconds, the processor's seconds for each hundred accounts, memory of the product's process at its peak
and after each tenth of the accounts, open files, AWS calls in all and the most for one account, and the cap. The
simulated AWS runs on the same machine and takes most of the time: read the columns beside each other, not alone.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloud_entitlements.simulator import process

SIZES, ROLES, THREADS, STEPS = (100, 1000), 10, 16, 10


def main() -> None:
    told = [_measure(accounts) for accounts in SIZES]
    print(f"{ROLES} roles an account, {THREADS} threads, {os.cpu_count()} cores")
    print(f"{'':48}" + "".join(f"{size:>9,}" for size in SIZES) + "  accounts")
    for words, of in _LINES.items():
        print(f"{words:48}" + "".join(f"{of(one):>9,.1f}".replace(".0", "  ") for one in told))
    for accounts, one in zip(SIZES, told, strict=True):
        print(
            f"MB after each {accounts // STEPS} of {accounts:,}: "
            + " ".join(f"{mb:.0f}" for mb in one["steps"])
        )


_LINES: dict[str, Callable[[dict[str, Any]], float]] = {
    "connect, prove, collect, publish: seconds": lambda one: one["seconds"],
    "  of them to publish": lambda one: one["publishing"],
    "  processor seconds of ours, each 100 accounts": lambda one: one["processor"] / one["accounts"] * 100,
    "collect once more: seconds": lambda one: one["again"],
    "  processor seconds of ours, each 100 accounts ": lambda one: (
        one["again_processor"] / one["accounts"] * 100
    ),
    "peak memory, MB": lambda one: one["peak"],
    "most open files": lambda one: one["files"],
    "AWS calls in accounts, connecting": lambda one: one["calls"]["total"],
    "  the most in one account": lambda one: one["calls"]["most"],
    "  the cap for one account and run": lambda one: one["calls"]["cap"],
}


def _measure(accounts: int) -> dict[str, Any]:
    """The simulated AWS and the product, each in a process of its own: peak memory is a process's."""
    with (
        process.running(f"generated:{accounts}x{ROLES}") as simulator,
        tempfile.TemporaryDirectory() as folder,
    ):
        told = Path(folder) / "told.json"
        told.write_text(json.dumps(dict(simulator.told)))
        environment = {**os.environ, **simulator.environment(), "CIEM_DATA_DIR": folder}
        command = [sys.executable, __file__, str(told)]
        ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return {**found, "accounts": accounts}


@dataclass(slots=True)
class Watch:
    """Looks at this process while a run goes on."""

    steps: list[float] = field(default_factory=list)
    files: int = 0
    collected_at: float | None = None

    def __call__(self, run: Any) -> None:
        from cloud_entitlements.work import ledger

        self.files = max(self.files, sum(1 for _ in Path("/proc/self/fd").iterdir()))
        progress = ledger.progress(run, "account")
        if progress.total and progress.done * STEPS // progress.total > len(self.steps):
            self.steps.append(_memory())
        if progress.total and progress.done == progress.total and self.collected_at is None:
            self.collected_at = time.monotonic()


def product(told: str) -> None:
    from cloud_entitlements.server import boot

    boot.start()
    from cloud_entitlements.server.connections import commands

    simulator = process.Running(None, json.loads(Path(told).read_text()))
    organization = simulator.organization()
    connection = commands.add("organization", "Generated", [organization["root_id"]])
    stack, template = commands.template_names(connection).stack_name, commands.template(connection)
    arn = simulator.deploy(organization["management_account_id"], stack, template)["RoleArn"]
    watch, started, used = Watch(), time.monotonic(), time.process_time()
    _work(commands.connect(connection, arn), watch)
    ended, used_then = time.monotonic(), time.process_time()
    connection = commands.find(str(connection.id))
    calls = connection.calls
    _work(commands.reprocess(connection), Watch())
    again = time.monotonic() - ended
    print(
        json.dumps(
            {
                "seconds": ended - started,
                "publishing": ended - (watch.collected_at or ended),
                "processor": used_then - used,
                "again": again,
                "again_processor": time.process_time() - used_then,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "steps": watch.steps,
                "files": watch.files,
                "calls": calls,
            }
        )
    )


def _work(run: Any, watch: Watch) -> None:
    from cloud_entitlements.server.connections import handlers
    from cloud_entitlements.work.runner import Runner

    ended = Runner(handlers.HANDLERS, threads=THREADS).run_until_ended(run, watch, every_seconds=0.1)
    if ended.state != "done":
        raise SystemExit(ended.error)


def _memory() -> float:
    """Resident now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    product(sys.argv[1]) if len(sys.argv) > 1 else main()
