"""Access levels and services, as sets of actions."""

from __future__ import annotations

import pytest

from cloud_entitlements.access.index.universe import names
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.levels import (
    LEVELS,
    Level,
    actions,
    at_level,
    changing,
    counted,
    every_action,
    gravest,
)
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.services import by_gravity, services_in, whole_services


def test_every_action_has_one_level() -> None:
    seen = 0
    for level in LEVELS:
        assert not at_level(level) & seen
        seen |= at_level(level)
    assert seen == every_action()


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("iam:PutRolePolicy", "Permissions management"),
        ("s3:PutObject", "Write"),
        ("ec2:CreateTags", "Tagging"),
        ("s3:GetObject", "Read"),
        ("s3:ListBucket", "List"),
        ("billing:GetResourcePolicy", "Read"),
        ("glue:BatchGetStageFiles", "Read"),
        ("quicksight:DescribeSpacePermissions", "Read"),
        ("aidevops:DescribeSupportLevel", "Read"),
        ("iot:ListSubscriptions", "List"),
        ("honeycode:ListTagsForResource", "List"),
        ("sts:GetFederationToken", "Write"),
        ("redshift:GetClusterCredentials", "Write"),
    ],
)
def test_an_action_has_its_level_and_what_the_catalogue_calls_a_change_by_mistake_is_none(
    action: str, level: Level
) -> None:
    assert actions(action)
    assert actions(action) & at_level(level)


def test_what_changes_something_neither_reads_nor_lists() -> None:
    assert not changing() & (at_level("Read") | at_level("List"))
    assert changing() & actions("ec2:CreateTags")
    assert changing() & actions("iam:PutRolePolicy")


def test_the_gravest_come_first_and_are_counted_by_level() -> None:
    some = actions("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy")
    assert gravest(some, 3) == ["s3:PutBucketPolicy", "s3:DeleteObject", "s3:PutObject"]
    assert len(gravest(some, 99)) == 5
    assert counted(some) == "1 that manage permissions, 2 that write, 1 that read, 1 that list"


@pytest.mark.parametrize(
    ("patterns", "whole"),
    [
        (("s3:*", "iam:*"), ("iam", "s3")),
        (("sns:*", "ec2:*"), ("ec2", "sns")),
        (("s3:Get*", "s3:Put*"), ()),
        (("rds-db:*",), ()),
        (("pricing:*",), ()),
        (("ec2messages:*", "ssmmessages:*"), ()),
    ],
)
def test_a_service_is_whole_with_all_its_actions(patterns: tuple[str, ...], whole: tuple[str, ...]) -> None:
    assert whole_services(actions(*patterns)) == whole


def test_a_service_short_of_one_action_is_not_whole() -> None:
    for action in names(actions("sns:*")):
        assert whole_services(actions("sns:*") & ~actions(action)) == ()


def test_services_are_told_by_any_of_their_actions() -> None:
    assert services_in(actions("s3:GetObject", "iam:ListUsers")) == {"s3", "iam"}
    assert services_in(0) == frozenset()


def test_services_that_the_catalogue_does_not_know_come_last() -> None:
    assert by_gravity(["brandnew", "xray", "sns", "iam", "a-new-one"])[0] == "iam"
    assert by_gravity(["brandnew", "xray", "sns", "iam", "a-new-one"])[-2:] == ("a-new-one", "brandnew")


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (1, 1), (5, 5), (6, 6), (7, 6), (50, 6)])
def test_much_evidence_is_cut_and_the_rest_counted(number: int, shown: int) -> None:
    found = few((Evidence(f"piece {one}") for one in range(number)), "statements")
    assert len(found) == shown
    if shown < number:
        assert found[-1].text == f"{number - 5} more statements"


@pytest.mark.parametrize(
    ("listed", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c"], "a, b, c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_many_names_are_cut_and_the_rest_counted(listed: list[str], text: str) -> None:
    assert several(listed) == text
