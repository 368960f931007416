"""Whom a run asks about, and who counts as privileged: plain functions, tables of cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloud_entitlements.aws.collectors import last_accessed_pace as pace
from cloud_entitlements.aws.privilege import (
    ALMOST,
    EVERYTHING,
    NOTHING,
    OF_AWS,
    SOMETHING,
    Identity,
    ranked,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def identities(count: int) -> dict[str, Identity]:
    return {f"arn:aws:iam::1:role/r{number:05}": Identity(SOMETHING, str(number)) for number in range(count)}


@pytest.mark.parametrize(
    ("count", "pause", "size"),
    [
        (8, QUARTER, 8),
        (300, QUARTER, pace.LEAST),
        (5000, QUARTER, 63),
        (5000, timedelta(minutes=60), pace.MOST),
        (1000, timedelta(minutes=60), 50),
        (20_000, QUARTER, pace.MOST),
    ],
)
def test_the_share_grows_with_the_account_and_the_pause_up_to_a_limit(
    count: int, pause: timedelta, size: int
) -> None:
    found = identities(count)
    earlier = dict.fromkeys(list(found)[-1:], NOW - pause) if count > 8 else {}
    assert len(pace.share(found, earlier, NOW)) == size


@pytest.mark.parametrize("count", [3, 40, 900, 5000, 9000])
def test_all_come_round_within_a_day_and_nobody_twice(count: int) -> None:
    found, asked = identities(count), dict[str, datetime]()
    for run in range(3 * 96):
        at = NOW + run * QUARTER
        chosen = pace.share(found, asked, at)
        assert len(set(chosen)) == len(chosen) <= pace.MOST
        for arn in chosen:
            assert arn not in asked or at - asked[arn] >= pace.DAILY
            asked[arn] = at
        if run >= 96:
            assert len(asked) == count
            assert at - min(asked.values()) < timedelta(hours=26)


def test_those_never_asked_come_first_then_the_oldest_answer() -> None:
    found = {
        "old": Identity(EVERYTHING, "1"),
        "older": Identity(NOTHING, "2"),
        "young": Identity(EVERYTHING, "3"),
        "new": Identity(SOMETHING, "4"),
        "new and privileged": Identity(EVERYTHING, "5"),
    }
    asked = {"old": NOW - 2 * pace.DAILY, "older": NOW - 3 * pace.DAILY, "young": NOW - timedelta(hours=23)}
    assert pace.share(found, asked, NOW) == ["new and privileged", "new", "older", "old"]
    assert pace.share(found, asked, NOW, ["new"])[0] == "new", "whoever calls may know better"


def document(name: str, *statements: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "documents", {"sha256": name, "text": json.dumps({"Statement": list(statements)})}


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Resource": "*", **elements}


@pytest.mark.parametrize(
    ("statements", "rank"),
    [
        ([allow(Action="*")], EVERYTHING),
        ([allow(Action=["s3:Get*", "*:*"])], EVERYTHING),
        ([allow(Action="IAM:*")], ALMOST),
        ([allow(Action=["iam:PassRole", "iam:CreatePolicyVersion"])], ALMOST),
        ([allow(Action=["iam:Get*", "iam:ListUsers", "iam:SimulatePrincipalPolicy"])], SOMETHING),
        ([allow(NotAction=["aws-portal:*"])], ALMOST),
        ([allow(Action="s3:*")], SOMETHING),
        ([{**allow(Action="*"), "Effect": "Deny"}], SOMETHING),
        (["no statement", None], SOMETHING),
    ],
)
@pytest.mark.parametrize("through", ["inline", "attached", "group"])
def test_the_rank_is_that_of_the_widest_policy(statements: list[Any], rank: int, through: str) -> None:
    own: dict[str, Any] = {"inline": [{"name": "x", "document": "d"}]} if through == "inline" else {}
    own |= {"attached": ["arn:aws:iam::1:policy/x"]} if through == "attached" else {}
    own |= {"groups": ["g"]} if through == "group" else {}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("users", {"arn": "ada", "id": "AIDA", "name": "ada", "path": "/", **own}),
        ("groups", {"arn": "g", "id": "AGPA", "name": "g", "attached": ["arn:aws:iam::1:policy/x"]}),
        ("managed_policies", {"arn": "arn:aws:iam::1:policy/x", "document": "d"}),
        document("d", *statements),
    ]
    assert ranked(rows)["ada"] == Identity(rank, "AIDA")


@pytest.mark.parametrize(
    ("row", "rank"),
    [
        ({"attached": ["arn:aws:iam::aws:policy/AdministratorAccess"]}, EVERYTHING),
        ({"attached": ["arn:aws-cn:iam::aws:policy/IAMFullAccess"]}, ALMOST),
        ({"attached": ["arn:aws:iam::1:policy/AdministratorAccess"]}, SOMETHING),
        ({"attached": None, "inline": None}, NOTHING),
        ({"path": "/aws-service-role/x.amazonaws.com/", "attached": ["arn:aws:iam::aws:policy/X"]}, OF_AWS),
    ],
)
def test_names_tell_where_documents_are_not_known(row: dict[str, Any], rank: int) -> None:
    assert ranked([("roles", {"arn": "r", "id": "AROA", "name": "r", **row})])["r"].rank == rank


def test_a_document_that_is_no_policy_ranks_as_any_other() -> None:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("documents", {"sha256": "d", "text": '{"Statement": ['}),
        ("roles", {"arn": "r", "id": "i", "name": "r", "inline": [{"name": "x", "document": "d"}]}),
    ]
    assert ranked(rows)["r"].rank == SOMETHING
