"""Decisions a second of one compiled stack, beside iam-simulate from npm, which runs as a program of its own.

Also how long it takes to compile AWS's managed policies. Prints a table; the answers of both are compared first, so that
no side is fast by being wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cloud_entitlements.policy import evaluate
from cloud_entitlements.policy.cases import read_request, read_stack
from cloud_entitlements.policy.stack import compiled

HOME = Path(__file__).parent
PEER = "@cloud-copilot/iam-simulate"
PEER_VERSION = "0.1.173"
ROUNDS = 2000
PEER_ROUNDS = 50
ACCOUNT, OTHER = "111111111111", "222222222222"


def allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, **({"Condition": condition} if condition else {})}],
    }


def deny(action: Any, **condition: Any) -> dict[str, Any]:
    document = allow(action, **condition)
    document["Statement"][0]["Effect"] = "Deny"
    return document


STACK: dict[str, Any] = {
    "principal": f"arn:aws:iam::{ACCOUNT}:role/app/reader",
    "resource_account": ACCOUNT,
    "missing_context": "absent",
    "context": {"aws:SourceIp": "192.0.2.10", "aws:SecureTransport": "true", "aws:PrincipalTag/team": "blue"},
    "identity_policies": [
        allow(["s3:Get*", "s3:List*"], ["arn:aws:s3:::blue-*", "arn:aws:s3:::blue-*/*"]),
        allow(
            "sqs:*", "arn:aws:sqs:*:111111111111:*", StringEquals={"aws:PrincipalTag/team": ["blue", "red"]}
        ),
        allow(["ec2:Describe*", "cloudwatch:*", "logs:Get*", "tag:*"]),
        allow("dynamodb:*", "arn:aws:dynamodb:*:111111111111:table/${aws:PrincipalTag/team}-*"),
        deny("*", Bool={"aws:SecureTransport": "false"}),
        deny("s3:Delete*", NotIpAddress={"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}),
    ],
    "permissions_boundary": allow(["s3:*", "sqs:*", "dynamodb:*", "ec2:*", "logs:*"]),
    "service_control_policies": [
        [allow("*")],
        [allow("*"), deny(["organizations:*", "account:*"])],
        [allow("*")],
    ],
}
ASKED = [
    ("s3:GetObject", "arn:aws:s3:::blue-data/report.csv"),
    ("s3:GetObject", "arn:aws:s3:::red-data/report.csv"),
    ("s3:DeleteObject", "arn:aws:s3:::blue-data/report.csv"),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-central-1:{ACCOUNT}:jobs"),
    ("dynamodb:Query", f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/blue-orders"),
    ("ec2:DescribeInstances", "*"),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/new"),
]


def main() -> None:
    ours, answers = _ours()
    print(
        f"{'one decision under 6 policies, a boundary, 3 levels of SCPs':62}{'microseconds':>14}{'a second':>12}"
    )
    _line("cloud-entitlements, compiled stack", ours)
    peer = _peer()
    if peer is None:
        print("iam-simulate: no npm on this machine")
    else:
        assert all(told == answers for _, told in peer.values()), (answers, peer)
        for name, (seconds, _) in peer.items():
            _line(f"iam-simulate {PEER_VERSION}, {name} ({seconds / ours:.0f} times ours)", seconds)
    count, seconds = _managed()
    print(f"{f'compiling {count} managed policies':62}{seconds:>13.2f}s")


def _line(name: str, seconds: float) -> None:
    print(f"{name:62}{seconds * 1e6:>14.1f}{1 / seconds:>12,.0f}")


def _ours() -> tuple[float, list[bool]]:
    stack = read_stack(STACK)
    requests = [read_request({**STACK, "action": action, "resource": resource}) for action, resource in ASKED]
    answers = [evaluate(stack, one).outcome == "allowed" for one in requests]
    return _each(lambda: [evaluate(stack, one) for one in requests], ROUNDS) / len(requests), answers


def _each(work: Callable[[], object], rounds: int) -> float:
    started = time.perf_counter()
    for _ in range(rounds):
        work()
    return (time.perf_counter() - started) / rounds


def _peer() -> dict[str, tuple[float, list[bool]]] | None:
    if shutil.which("npm") is None:
        return None
    folder = HOME.parent / ".cache" / f"iam-simulate-{PEER_VERSION}"
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", "--no-save", f"{PEER}@{PEER_VERSION}"], cwd=folder, check=True
        )
    asked = json.dumps({"simulations": [_simulation(*one) for one in ASKED], "rounds": PEER_ROUNDS})
    command = ["node", str(HOME / "peer" / "simulate.mjs")]
    ended = subprocess.run(
        command, cwd=folder, input=asked, capture_output=True, text=True, check=True, env=os.environ
    )
    told = json.loads(ended.stdout)
    names = {"checked": "runSimulation", "core": "its unvalidated core"}
    return {
        words: (
            told[name]["seconds"] / PEER_ROUNDS / len(ASKED),
            [_allowed(one) for one in told[name]["answers"]],
        )
        for name, words in names.items()
    }


def _allowed(answer: Any) -> bool:
    """The core answers with a word, the checked way with an object."""
    word = answer if isinstance(answer, str) else answer["overallResult"]
    return bool(word == "Allowed")


def _simulation(action: str, resource: str) -> dict[str, Any]:
    def named(policies: list[Any]) -> list[dict[str, Any]]:
        return [{"name": f"p{number}", "policy": policy} for number, policy in enumerate(policies)]

    return {
        "request": {
            "principal": STACK["principal"],
            "action": action,
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": STACK["context"],
        },
        "identityPolicies": named(STACK["identity_policies"]),
        "permissionBoundaryPolicies": named([STACK["permissions_boundary"]]),
        "serviceControlPolicies": [
            {"orgIdentifier": f"node-{number}", "policies": named(level)}
            for number, level in enumerate(STACK["service_control_policies"])
        ],
        "resourceControlPolicies": [],
    }


def _managed() -> tuple[int, float]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    found = json.loads(aws_managed_policies_data)
    documents = [json.dumps(one["Document"]) for one in found.values()]
    started = time.perf_counter()
    for document in documents:
        compiled(document)
    return len(documents), time.perf_counter() - started


if __name__ == "__main__":
    main()
