"""Policies put together by chance, of what both sides are known to mean the same by.

The seed is fixed: a name tells the same question each time. What the emulator is known to do otherwise (variables,
roles in `aws:PrincipalArn`, everybody as a principal beyond a boundary, …) is no part of them, so all are to agree.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from .questions import Question

SEED = 20261125
GROUPS, TRUSTS = 70, 50
ACCOUNT, OTHER = "111122223333", "444455556666"
ALICE, BOB = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("alice", "bob"))
DEV, SESSION = f"arn:aws:iam::{ACCOUNT}:role/Dev", f"arn:aws:sts::{ACCOUNT}:assumed-role/Dev/monday"
TABLES = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table"
SHELF = "arn:aws:s3:::shelf"

ASKED = [
    *((f"s3:{name}", f"{SHELF}/{key}") for name in ("GetObject", "PutObject") for key in ("a.txt", "b/c.txt")),
    *((f"dynamodb:{name}", f"{TABLES}/orders") for name in ("GetItem", "DeleteItem", "DescribeTable")),
    ("iam:GetUser", BOB), ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/Ops"),
]  # fmt: skip
ACTIONS = [
    "*", "*:*", "s3:*", "S3:get*", "s3:?etObject", "s3:Put*", "dynamodb:*", "dynamodb:*Item", "DynamoDB:Describe?able",
    "iam:Get*", "iam:getuser", "ec2:*", "s3:GetObject",
]  # fmt: skip
RESOURCES = [
    "*", "*", f"{SHELF}/*", f"{SHELF}/a.*", f"{SHELF}/?.txt", "arn:aws:s3:::*/c.txt", f"{SHELF}", f"{TABLES}/*", f"{TABLES}/Orders",
    "arn:aws:dynamodb:*:*:table/ord*", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders", f"arn:aws:iam::{ACCOUNT}:*",
    f"arn:aws:iam::{ACCOUNT}:user/*", "arn:aws:iam::*:role/O?s",
]  # fmt: skip
CONDITIONS: list[dict[str, dict[str, Any]]] = [
    {"IpAddress": {"aws:SourceIp": ["127.0.0.0/8"]}}, {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}},
    {"NotIpAddress": {"aws:SourceIp": "127.0.0.1"}}, {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}},
    {"Bool": {"aws:SecureTransport": "true"}}, {"BoolIfExists": {"aws:SecureTransport": "false"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}}, {"StringNotEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringLike": {"aws:principaltag/Team": "r?d"}}, {"StringNotLikeIfExists": {"aws:PrincipalTag/team": "b*"}},
    {"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "RED"}}, {"StringEqualsIfExists": {"aws:PrincipalTag/cost": "1"}},
    {"StringNotEquals": {"aws:PrincipalTag/cost": "1"}}, {"Null": {"aws:PrincipalTag/cost": "true"}},
    {"Null": {"aws:PrincipalTag/team": "true"}}, {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}, {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {"NumericGreaterThanEquals": {"aws:EpochTime": "1577836800"}},
    {"ForAnyValue:StringEquals": {"aws:PrincipalTag/team": ["red"]}}, {"ForAllValues:StringEquals": {"aws:PrincipalTag/cost": ["1"]}},
]  # fmt: skip
EXTERNAL: list[dict[str, dict[str, Any]]] = [
    {"StringEquals": {"sts:ExternalId": "one"}}, {"StringEquals": {"sts:ExternalId": ["one", "two"]}},
    {"StringNotEquals": {"sts:ExternalId": "one"}}, {"StringLike": {"sts:ExternalId": "t*"}},
    {"StringEqualsIfExists": {"sts:ExternalId": "two"}}, {"Null": {"sts:ExternalId": "false"}},
    {"StringLike": {"sts:RoleSessionName": "fri*"}}, *CONDITIONS[:10],
]  # fmt: skip


def generated() -> Iterator[Question]:
    for number in range(GROUPS):
        yield from _group(number)
    for number in range(TRUSTS):
        yield _trust(number)


def _group(number: int) -> Iterator[Question]:
    """Six calls under the same policies."""
    chance = random.Random(SEED + number)
    session = chance.random() < 0.4
    case: dict[str, Any] = {
        "missing_context": "absent",
        "principal": SESSION if session else ALICE,
        "resource_account": ACCOUNT,
        "context": chance.choice([{}, {"aws:PrincipalTag/team": "red"}, {"aws:PrincipalTag/team": "Blue"}]),
        "identity_policies": [_policy(chance, "Allow") for _ in range(chance.choice([1, 1, 2, 4]))],
    }
    if chance.random() < 0.3:
        case["permissions_boundary"] = _policy(chance, "Allow")
    if session and chance.random() < 0.4:
        case["session_policies"] = [_policy(chance, "Allow") for _ in range(chance.choice([1, 2]))]
    limited = not {"permissions_boundary", "session_policies"}.isdisjoint(case)
    of_shelf = _bucket_policy(chance, limited=limited) if chance.random() < 0.5 else None
    for action, resource in chance.sample(ASKED, 6):
        of_resource = {"resource_policy": of_shelf} if of_shelf and action.startswith("s3:") else {}
        asked = {**case, **of_resource, "action": action, "resource": resource}
        yield Question(f"generated {number}: {action} {resource}", asked)


def _policy(chance: random.Random, first: str) -> dict[str, Any]:
    effects = [first, *(chance.choice(["Allow", "Deny"]) for _ in range(chance.choice([0, 0, 1, 2])))]
    return {"Version": "2012-10-17", "Statement": [_statement(chance, effect) for effect in effects]}


def _statement(chance: random.Random, effect: str) -> dict[str, Any]:
    few = [1] if effect == "Deny" else [2, 3, 4]
    found: dict[str, Any] = {
        "Effect": effect,
        chance.choice(["Action"] * 5 + ["NotAction"]): chance.sample(ACTIONS, chance.choice(few)),
        chance.choice(["Resource"] * 5 + ["NotResource"]): chance.sample(RESOURCES, chance.choice(few)),
    }
    return {**found, **_condition(chance, CONDITIONS)}


def _condition(chance: random.Random, given: Sequence[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """None, one, or two that are both to hold."""
    joined: dict[str, dict[str, Any]] = {}
    for one in chance.sample(given, chance.choice([0, 0, 1, 1, 2])):
        for operator, keys in one.items():
            joined[operator] = {**joined.get(operator, {}), **keys}
    return {"Condition": joined} if joined else {}


def _bucket_policy(chance: random.Random, *, limited: bool) -> dict[str, Any]:
    named: list[Any] = [{"AWS": ALICE}, {"AWS": [BOB, DEV]}, {"AWS": ACCOUNT}, {"AWS": BOB}, {"AWS": SESSION}]
    statements = []
    for effect in chance.choices(["Allow", "Allow", "Deny"], k=chance.choice([1, 2, 3])):
        everybody = [] if limited and effect == "Allow" else ["*", {"AWS": "*"}]
        actions = chance.sample(["s3:*", "s3:GetObject", "s3:Put*"], 1)
        statements.append(
            {
                "Effect": effect,
                "Principal": chance.choice(named + everybody),
                "Action": actions,
                "Resource": chance.choice([f"{SHELF}/*", f"{SHELF}/a.txt", f"{SHELF}/b/*"]),
                **_condition(chance, CONDITIONS),
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _trust(number: int) -> Question:
    """A role of another account: both sides are to allow."""
    chance = random.Random(SEED - 1 - number)
    who: list[Any] = [
        {"AWS": ALICE},
        {"AWS": ACCOUNT},
        {"AWS": [BOB, f"arn:aws:iam::{ACCOUNT}:root"]},
        {"AWS": BOB},
        "*",
    ]
    effects = ["Allow", *chance.choices(["Allow", "Deny"], k=chance.choice([0, 1, 1]))]
    statements = [
        {
            "Effect": effect,
            "Principal": chance.choice(who),
            "Action": chance.choice(["sts:AssumeRole", "sts:*", "sts:assume*", "sts:AssumeRole"]),
            **_condition(chance, EXTERNAL),
        }
        for effect in effects
    ]
    external = chance.choice([{}, {"sts:ExternalId": "one"}, {"sts:ExternalId": "two"}])
    tag = chance.choice([{}, {"aws:PrincipalTag/team": "red"}])
    may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{OTHER}:role/*"}
    case = {
        "missing_context": "absent",
        "principal": ALICE,
        "action": "sts:AssumeRole",
        "resource": f"arn:aws:iam::{OTHER}:role/Target",
        "context": {"sts:RoleSessionName": "friday", **external, **tag},
        "identity_policies": [
            {"Version": "2012-10-17", "Statement": [{**may, **_condition(chance, CONDITIONS)}]}
        ],
        "resource_policy": {"Version": "2012-10-17", "Statement": statements},
    }
    return Question(f"generated trust {number}", case)
