"""Mutants, each in a fork of this process, a few at a time."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import click

from tests.mutation import oracle
from tests.mutation.mutants import Mutant
from tests.policy import test_cases

LIMIT = 20
"""Seconds of the processor's time; a survivor takes some five."""
MEMORY = 2 << 30
_FORK = multiprocessing.get_context("fork")
_HINTED = sorted(test_cases.EXPECTED - {"assumed"})
"""What is assumed may be the time of day."""
_FIRST = 40
"""Cases that found out others of the same file are tried first: so many."""


@dataclass(frozen=True, slots=True)
class Result:
    mutant: Mutant
    end: str
    """`killed`, `survived`, `timed out`."""
    by: str
    """What found it out; of a survivor the hint, if one was asked for."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Running:
    mutant: Mutant
    process: Any
    told: Connection
    since: float


@dataclass(frozen=True, slots=True)
class Manner:
    jobs: int
    argued: Collection[tuple[str, str]]
    """Mutants that the properties need not be tried on."""
    right: list[Any] | None
    """Every case's whole answer, to give hints by."""
    quick: bool
    """By the cases alone."""


def run(mutants: list[Mutant], manner: Manner) -> list[Result]:
    if oracle.found_out((), properties=not manner.quick):
        raise SystemExit("the tests fail without any mutant: mend them first")
    results: list[Result] = []
    finders: dict[str, Counter[int]] = {}
    for result in _all(mutants, manner, finders):
        results.append(result)
        if result.by.startswith("case "):
            finders.setdefault(result.mutant.path.name, Counter())[int(result.by[5:])] += 1
        if len(results) % 100 == 0:
            click.echo(f"{len(results)} of {len(mutants)}", err=True)
    return results


def _all(mutants: list[Mutant], manner: Manner, finders: dict[str, Counter[int]]) -> Iterator[Result]:
    waiting, running = iter(mutants), list[_Running]()
    while True:
        while len(running) < manner.jobs and (mutant := next(waiting, None)) is not None:
            first = [number for number, _ in finders.get(mutant.path.name, Counter()).most_common(_FIRST)]
            running.append(_start(mutant, first, manner))
        if not running:
            return
        ended = wait([one.process.sentinel for one in running])
        for one in [one for one in running if one.process.sentinel in ended]:
            running.remove(one)
            yield _result(one)


def _start(mutant: Mutant, first: list[int], manner: Manner) -> _Running:
    told, telling = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_live, args=(mutant, first, manner, telling), daemon=True)
    process.start()
    telling.close()
    return _Running(mutant, process, told, time.monotonic())


def _result(one: _Running) -> Result:
    one.process.join()
    seconds = time.monotonic() - one.since
    if one.process.exitcode in (-signal.SIGPROF, -signal.SIGKILL):
        return Result(one.mutant, "timed out", "", seconds)
    try:
        by, hint = one.told.recv()
    except EOFError:  # it took the process down
        by, hint = "crash", ""
    return Result(one.mutant, "killed" if by else "survived", by or hint, seconds)


def _live(mutant: Mutant, first: list[int], manner: Manner, telling: Connection) -> None:
    """Sends by what the mutant was found out, and a hint."""
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.setrecursionlimit(500)
    properties = not manner.quick and mutant.key not in manner.argued
    by = _found_out(mutant, first, properties=properties)
    telling.send((by, _hint(manner.right) if manner.right and not by else ""))


def _found_out(mutant: Mutant, first: list[int], *, properties: bool) -> str:
    try:
        oracle.install(_module(mutant), mutant.path, mutant.code())
        return oracle.found_out(first, properties=properties)
    except Exception as problem:  # noqa: BLE001  it can't even be loaded
        return f"load: {type(problem).__name__}"


def _module(mutant: Mutant) -> str:
    parts = mutant.path.with_suffix("").parts
    return ".".join(parts[len(parts) - 1 - parts[::-1].index(oracle.OURS) :])


def _hint(right: list[Any]) -> str:
    """What a case could have expected and none does."""
    for case, before, after in zip(oracle.CASES, right, oracle.answers(), strict=True):
        for field in _HINTED if before != after else ():
            if before.get(field) != after.get(field):
                return f"changes `{field}` of {case['name']!r}: {before.get(field)!r} → {after.get(field)!r}"
    return ""
