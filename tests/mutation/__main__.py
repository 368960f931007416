"""Mutation testing of the policy engine: thousands of small wrong turns, each of which a case has to find out.

`python -m tests.mutation [FILE…]`. What survives stands in docs/explanation/mutation.md with its reason, or fails the run.

Own, and not mutmut 3 or cosmic-ray, which were weighed: mutmut leaves out functions under a decorator and whatever stands
in a module outside functions, so the tables of operators, the cached patterns and the comparisons of every family;
cosmic-ray starts the tests anew for each mutant, which takes seconds where the cases take a third of one. Here a mutant
is a fork of a process that has everything loaded, and meets the cases that found out its neighbours first.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from tests.mutation import oracle
from tests.mutation.accepted import PAGE, accepted
from tests.mutation.mutants import mutants_of
from tests.mutation.run import Manner, Result, run

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "src" / "cloud_entitlements" / "policy"
WHOLE = (
    "condition", "evaluate.py", "decide.py", "concerned.py", "layers.py", "principal.py", "sessions.py", "scp.py", "rcp.py", "split.py",
    "statement.py", "truth.py",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("files", nargs="*", default=WHOLE, help="files or folders of the policy engine")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--hints", action="store_true", help="say which answers a survivor changes, unexpected by any case"
    )
    parser.add_argument("--quick", action="store_true", help="try the cases alone, and no properties")
    given = parser.parse_args()
    mutants = [one for file in files(given.files) for one in mutants_of(file, str(file.relative_to(ROOM)))]
    known = accepted()
    manner = Manner(given.jobs, known.keys(), oracle.answers() if given.hints else None, given.quick)
    return _report(run(mutants, manner), known, whole=given.files == WHOLE)


def files(names: Sequence[str]) -> list[Path]:
    found = [ROOM / name for name in names]
    return [file for one in found for file in (sorted(one.glob("*.py")) if one.is_dir() else [one])]


def _report(results: list[Result], known: Mapping[tuple[str, str], str], *, whole: bool) -> int:
    survivors = [one for one in results if one.end == "survived"]
    unexplained = [one for one in survivors if one.mutant.key not in known]
    for one in unexplained:
        click.echo(f"{one.mutant.where}: {one.mutant.what}" + (f"\n    {one.by}" if one.by else ""))
    if whole:
        for where, what in sorted(set(known) - {one.mutant.key for one in survivors}):
            click.echo(f"{PAGE.name} argues for what no longer survives: {where}: {what}")
    ends = Counter(one.end for one in results)
    click.echo(
        f"{len(results)} mutants: {ends['killed']} killed, {ends['timed out']} timed out, {len(survivors)} survived, of"
        f" which {len(survivors) - len(unexplained)} are argued for; {sum(one.seconds for one in results):.0f} s of work"
    )
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
