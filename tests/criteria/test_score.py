"""Entitlement score: each example of the page, and what must hold of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from cloud_entitlements.criteria import Assessed
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.score import score_of, services_used, used_actions

from .pages import rows_under
from .world import NOW, assessed

EXAMPLES = rows_under("Entitlement score: 0 to 100")
WINDOW = timedelta(days=90)
USED, LONG_AGO = "2026-11-20T00:00:00+00:00", "2026-08-26T23:59:59+00:00"


def _words(cell: str) -> list[str]:
    return cell.replace("`", "").split()


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Assessed]:
    from moto.iam.models import aws_managed_policies_data

    managed = json.loads(aws_managed_policies_data)
    account: dict[str, Any] = {"policies": {}, "roles": [{"name": "unasked"}], "last_accessed": []}
    for number, (policy, services, tracked, used, *_) in enumerate(EXAMPLES):
        account["policies"][policy] = managed[policy]["Document"]
        account["roles"].append({"name": f"example-{number}", "attached": [policy]})
        account["last_accessed"].append(
            {
                "identity": f"role/example-{number}",
                "services": dict.fromkeys(_words(services), USED),
                "actions": {name: USED if name in _words(used) else None for name in _words(tracked)},
            }
        )
    return assessed(account, tmp_path_factory.mktemp("scores"))


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_identity_has_the_score_that_the_page_says(number: int, examples: Mapping[str, Assessed]) -> None:
    *_, dangerous, unused, value = EXAMPLES[number]
    found = score_of(examples[f"role/example-{number}"].subject, NOW, WINDOW)
    assert found is not None
    assert (found.dangerous, found.unused, found.value) == (int(dangerous), int(unused), int(value))
    assert found.since == NOW - WINDOW


def test_who_was_not_asked_about_has_no_score(examples: Mapping[str, Assessed]) -> None:
    assert score_of(examples["role/unasked"].subject, NOW, WINDOW) is None


def _accessed(services: Mapping[str, str | None], used: Mapping[str, str | None]) -> Mapping[str, Any]:
    return {
        "services": [{"service": name, "at": at} for name, at in services.items() if at],
        "tracked": list(services),
        "actions": [{"action": name, "at": at} for name, at in used.items() if at],
        "tracked_actions": list(used),
    }


@pytest.mark.parametrize(
    ("services", "used", "is_used", "is_not"),
    [
        ({"s3": USED}, {}, "s3:GetObject", "ec2:RunInstances"),
        ({"s3": "2026-08-27T00:00:00+00:00"}, {}, "s3:GetObject", "ec2:RunInstances"),
        ({"s3": LONG_AGO, "ec2": USED}, {}, "ec2:RunInstances", "s3:GetObject"),
        ({"s3": USED, "ec2": None}, {}, "s3:GetObject", "ec2:RunInstances"),
        (
            {"s3": USED},
            {"s3:CreateBucket": USED, "s3:DeleteBucket": None},
            "s3:CreateBucket",
            "s3:DeleteBucket",
        ),
        ({"s3": USED}, {"s3:DeleteBucket": LONG_AGO}, "s3:GetObject", "s3:DeleteBucket"),
        ({}, {}, "iam:PassRole", "iam:CreateUser"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_an_action_is_used_where_aws_says_so(
    services: Mapping[str, str | None], used: Mapping[str, str | None], is_used: str, is_not: str
) -> None:
    found = used_actions(_accessed(services, used), NOW - WINDOW)
    assert found & actions(is_used)
    assert not found & actions(is_not)


def test_services_that_were_never_used_have_no_date() -> None:
    found = services_used(_accessed({"s3": USED, "ec2": None}, {}))
    assert found["ec2"] is None
    assert found["s3"] is not None
    assert found["s3"].isoformat() == USED
