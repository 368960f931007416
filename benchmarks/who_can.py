"""Questions over a whole organization: import, index, who can, all permissions; at several sizes.

`python benchmarks/who_can.py [IDENTITIES …]`, else 1,000, 20,000, 100,000 and 1,000,000. Beside us stands what everybody
else does: each identity by itself, as far as that ends in time.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import quantiles

from made_organization import REGION, account_ids, bucket, written

from cloud_entitlements.access import AccessIndex, Question, open_index
from cloud_entitlements.inventory import import_files
from cloud_entitlements.inventory.offline import Given

SIZES = (1_000, 20_000, 100_000, 1_000_000)
QUESTIONS = 200
ONE_BY_ONE = 2_000
"""Identities that are asked about one by one, to show what the index saves."""


def main() -> None:
    sizes = [int(one.replace(",", "").replace("_", "")) for one in sys.argv[1:]] or SIZES
    print(
        f"{'identities':>10}{'import':>9}{'index':>9}{'file':>9}{'memory':>9}{'median':>10}{'p95':>10}{'slowest':>10}{'one by one':>12}{'all actions':>13}"
    )
    for size in sizes:
        _size(size)


def _size(size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        files = written(home / "files", size)
        started = time.perf_counter()
        given = Given("made", (files["accounts"],), None, files["organization"], files["resources"], False)
        snapshot = import_files(given, home / "snapshots").snapshot
        imported = time.perf_counter() - started
        started = time.perf_counter()
        index = open_index(snapshot, home / "cache")
        indexed = time.perf_counter() - started
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        on_disk = sum(one.stat().st_size for one in (home / "cache").iterdir()) / 1e6
        taken = _who_can(index, size)
        cut = quantiles(taken, n=20)
        alone = _one_by_one(index, size)
        everybody = _all_actions(index)
        print(
            f"{size:>10,}{imported:>8.1f}s{indexed:>8.1f}s{on_disk:>6,.0f} MB{memory:>6,.0f} MB"
            f"{cut[9] * 1e3:>7.1f} ms{cut[18] * 1e3:>7.1f} ms{max(taken) * 1e3:>7.1f} ms{alone:>10.1f} s{everybody:>11.1f} s",
            flush=True,
        )
        index.close()


def questions(size: int) -> list[tuple[str, str]]:
    random, accounts = Random(11), account_ids(size)
    made = []
    for _ in range(QUESTIONS):
        account = random.choice(accounts)
        app = f"app-{account[-6:]}-{random.randint(0, 64)}"
        made.append(
            random.choice(
                (
                    ("s3:GetObject", f"{bucket(account, random.randint(0, 3))}/reports/2026.csv"),
                    ("s3:PutObject", f"{bucket(account, 1)}/x"),
                    ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{account}:jobs"),
                    ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{account}:{app}"),
                    ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{account}:table/{app}"),
                    (
                        "secretsmanager:GetSecretValue",
                        f"arn:aws:secretsmanager:{REGION}:{account}:secret:{app}-AbCdEf",
                    ),
                    ("iam:CreateUser", f"arn:aws:iam::{account}:user/new"),
                    ("iam:PassRole", f"arn:aws:iam::{account}:role/Admin"),
                    ("sts:AssumeRole", f"arn:aws:iam::{account}:role/Deploy"),
                    (
                        "ec2:TerminateInstances",
                        f"arn:aws:ec2:{REGION}:{account}:instance/i-0123456789abcdef0",
                    ),
                    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{account}:function:{app}"),
                    ("iam:ChangePassword", f"arn:aws:iam::{account}:user/person-{account[-6:]}-3"),
                    ("ec2:DescribeInstances", "*"),
                    ("iam:ListRoles", "*"),
                )
            )
        )
    return made


def _who_can(index: AccessIndex, size: int) -> list[float]:
    asked = questions(size)
    for action, wanted in asked[:20]:
        index.who_can(action, wanted)
    taken = []
    for action, wanted in asked:
        started = time.perf_counter()
        index.who_can(action, wanted)
        taken.append(time.perf_counter() - started)
    return taken


def _one_by_one(index: AccessIndex, size: int) -> float:
    """One question, put for each identity; for large organizations reckoned from a part."""
    arns = [arn for arn, _ in zip(index.organization.identities, range(ONE_BY_ONE), strict=False)]
    action, wanted = questions(size)[0]
    started = time.perf_counter()
    for arn in arns:
        index.can(Question(arn, action, wanted))
    return (time.perf_counter() - started) / len(arns) * size


def _all_actions(index: AccessIndex) -> float:
    started = time.perf_counter()
    for one in index.actions_of_all():
        assert one.certain & ~one.possible == 0
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
