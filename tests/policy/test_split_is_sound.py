"""Whatever is answered while keys are unknown holds for every value they could have (TRI-05).

Policies with conditions by chance, over few values, so that they meet; each answer is held against concrete requests.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from cloud_entitlements.policy.cases import answer

QUESTION = {
    "principal": "arn:aws:iam::111122223333:user/alice",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::records/a.txt",
    "resource_account": "111122223333",
}
TEXTS = ("a", "ab", "abc", "Abc", "ABC", "x", "X", "")
PATTERNS = ("a*", "ab*", "*c", "?", "??", "x?", "*", "Ab*", "a?c")
NETWORKS = ("128.0.0.0/1", "0.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "192.0.2.1", "2001:db8::/32", "::/0")
ARNS = ("arn:aws:iam::1:role/*", "arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/?")
DATES = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # key: operators, values of policies, values of requests
    "aws:UserAgent": (
        ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        TEXTS,
        (*TEXTS, "abd", "zc", "axc", "Abd", "aBc", "xz"),
    ),
    "aws:Referer": (("StringLike", "StringNotLike"), PATTERNS, (*TEXTS, "abd", "zc", "axc", "Abd", "q")),
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress"),
        NETWORKS,
        ("1.2.3.4", "10.1.2.3", "10.2.3.4", "200.1.1.1", "192.0.2.1", "2001:db8::5", "fe80::1", "nothing"),
    ),
    "s3:max-keys": (
        ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"),
        ("1", "2", "10", "1.0"),
        ("0", "1", "1.5", "2", "5", "10", "11", "nothing"),
    ),
    "aws:SecureTransport": (("Bool",), ("true", "false"), ("true", "false")),
    "aws:CurrentTime": (
        ("DateLessThan", "DateGreaterThanEquals", "DateEquals"),
        DATES,
        (*DATES, "2025-12-31T00:00:00Z", "2026-01-15T00:00:00Z", "2027-01-01T00:00:00Z", "nothing"),
    ),
    "iam:PermissionsBoundary": (
        ("ArnLike", "ArnNotLike"),
        ARNS,
        ("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/bb", "arn:aws:iam::2:role/a", "nothing"),
    ),
}


def condition(chance: random.Random) -> tuple[str, str, list[str]]:
    key = chance.choice(list(KINDS))
    if chance.random() < 0.12:
        return "Null", key, [chance.choice(("true", "false"))]
    operators, values, _ = KINDS[key]
    operator = chance.choice(operators) + chance.choice(("", "", "IfExists"))
    return operator, key, chance.choices(values, k=chance.randint(1, 2))


def policy(chance: random.Random) -> dict[str, Any]:
    statements = []
    for _ in range(chance.randint(1, 4)):
        conditions: dict[str, dict[str, list[str]]] = {}
        for _ in range(chance.randint(0, 2)):
            operator, key, values = condition(chance)
            conditions.setdefault(operator, {})[key] = values
        effect = chance.choice(("Allow", "Allow", "Deny"))
        statements.append({"Effect": effect, "Action": "*", "Resource": "*", "Condition": conditions})
    return {"Version": "2012-10-17", "Statement": statements}


def request(chance: random.Random) -> dict[str, str]:
    return {key: chance.choice(found) for key, (_, _, found) in KINDS.items() if chance.random() < 0.8}


@pytest.mark.parametrize("seed", range(10))
def test_what_is_answered_without_a_key_holds_for_all_its_values(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        case: dict[str, Any] = {**QUESTION, "identity_policies": [policy(chance)]}
        if chance.random() < 0.4:
            case["permissions_boundary"] = policy(chance)
        found = answer({**case, "missing_context": "unknown"})
        for _ in range(15):
            context = request(chance)
            concrete = answer({**case, "missing_context": "absent", "context": context})["decision"]
            assert concrete != "conditional"
            assert found["decision"] in (concrete, "conditional"), (case, context)
