"""Who can: import of files, index, index again after a change in one account; then 200 questions about resources (median,
p95, slowest), and questions about none (`*`). Beside them the same question put to each identity by itself, reckoned from a
part of them, which is how other tools answer; the actions of everybody; and what changed in that one account.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import TypeVar

from made_organization import KNOWN_APPS, REGION, account_ids, app_resources, bucket, changed, written

from cloud_entitlements.access import AccessIndex, Question, open_index
from cloud_entitlements.access.changes import changes
from cloud_entitlements.inventory import import_files
from cloud_entitlements.inventory.offline import Given

T = TypeVar("T")
SIZES = (1_000, 20_000, 100_000, 1_000_000)
QUESTIONS = 200
ONE_BY_ONE = 2_000
"""Identities that are asked about one by one, to show what the index saves."""


COLUMNS = (
    ("identities", 10), ("import", 8), ("index", 8), ("again", 8), ("file", 9), ("memory", 9), ("median", 9), ("p95", 9),
    ("slowest", 10), ("on `*`", 11), ("one by one", 12), ("all actions", 12),
    ("difference", 11),
)  # fmt: skip


def main() -> None:
    sizes = [int(one.replace(",", "").replace("_", "")) for one in sys.argv[1:]] or SIZES
    print(__doc__)
    print("".join(f"{name:>{width}}" for name, width in COLUMNS))
    for size in sizes:
        told = _size(size)
        print("".join(f"{one:>{width}}" for one, (_, width) in zip(told, COLUMNS, strict=True)), flush=True)


def _size(size: int) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        files = written(home / "files", size)
        given = Given("made", (files["accounts"],), None, files["organization"], files["resources"], False)
        imported, done = _timed(lambda: import_files(given, home / "snapshots"))
        indexed, index = _timed(lambda: open_index(done.snapshot, home / "cache"))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        on_disk = sum(one.stat().st_size for one in (home / "cache").glob("*/*")) / 1e6
        # with one account changed: policies that are the same are not read again
        changed(home / "files", size)
        changing = import_files(given, home / "snapshots").snapshot
        again, newer = _timed(lambda: open_index(changing, home / "cache"))
        taken, everywhere = _asked(index, questions(size)), _asked(index, WITHOUT_RESOURCE)
        cut = quantiles(taken, n=20)
        alone = _one_by_one(index, size)
        everybody, _ = _timed(lambda: _all_actions(index))
        compared, _ = _timed(lambda: changes(index, newer, done.snapshot, changing))
        newer.close()
        index.close()
    seconds = [f"{one:.1f} s" for one in (imported, indexed, again)]
    milliseconds = [
        f"{one * 1e3:.1f} ms" for one in (cut[9], cut[18], max(taken), sum(everywhere) / len(everywhere))
    ]
    sizes = [f"{on_disk:,.0f} MB", f"{memory:,.0f} MB"]
    return [
        f"{size:,}",
        *seconds,
        *sizes,
        *milliseconds,
        f"{alone:,.1f} s",
        f"{everybody:.1f} s",
        f"{compared:.1f} s",
    ]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def questions(size: int) -> list[tuple[str, str]]:
    """About resources whose own policies are known; one bucket in four lets in the whole organization."""
    random, accounts = Random(11), account_ids(size)
    return [
        random.choice(_about(random.choice(accounts), random.randrange(KNOWN_APPS), random.randrange(4)))
        for _ in range(QUESTIONS)
    ]


def _about(account: str, app: int, number: int) -> tuple[tuple[str, str], ...]:
    of_app = app_resources(account, app)
    return (
        ("s3:GetObject", f"{bucket(account, number)}/reports/2026.csv"),
        ("s3:PutObject", f"{bucket(account, 1)}/x"),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{account}:jobs"),
        ("sqs:ReceiveMessage", of_app["sqs"]),
        ("dynamodb:GetItem", of_app["dynamodb"]),
        ("lambda:UpdateFunctionCode", of_app["lambda"]),
        ("secretsmanager:GetSecretValue", of_app["secretsmanager"]),
        ("iam:CreateUser", f"arn:aws:iam::{account}:user/new"),
        ("iam:PassRole", f"arn:aws:iam::{account}:role/Admin"),
        ("sts:AssumeRole", f"arn:aws:iam::{account}:role/Deploy"),
        ("ec2:TerminateInstances", f"arn:aws:ec2:{REGION}:{account}:instance/i-0123456789abcdef0"),
        ("iam:ChangePassword", f"arn:aws:iam::{account}:user/person-{account[-6:]}-3"),
    )


WITHOUT_RESOURCE = [("ec2:DescribeInstances", "*"), ("iam:ListRoles", "*"), ("s3:ListAllMyBuckets", "*")]
"""Each caller is asked in its own account, so that the answer is about everybody; their average is told."""


def _asked(index: AccessIndex, asked: list[tuple[str, str]]) -> list[float]:
    """Seconds of each, after a few that nobody counts."""
    for action, wanted in asked[:30]:
        index.who_can(action, wanted)
    return [_timed(lambda one=one: index.who_can(*one))[0] for one in asked]  # type: ignore[misc]


def _one_by_one(index: AccessIndex, size: int) -> float:
    """One question, put for each identity; for large organizations reckoned from a part."""
    arns = [arn for arn, _ in zip(index.organization.identities, range(ONE_BY_ONE), strict=False)]
    action, wanted = questions(size)[0]
    started = time.perf_counter()
    for arn in arns:
        index.can(Question(arn, action, wanted))
    return (time.perf_counter() - started) / len(arns) * size


def _all_actions(index: AccessIndex) -> None:
    """What each of them may do, by action."""
    for one in index.actions_of_all():
        assert one.certain & ~one.broad == 0
        assert one.broad & ~one.possible == 0


if __name__ == "__main__":
    main()
