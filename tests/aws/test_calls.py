"""What is really called, taken from the simulated AWS's own log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.collectors import COLLECTORS, OF_ACCOUNT, OF_ORGANIZATION
from cloud_entitlements.aws.permissions import DROPPED_FIELDS
from cloud_entitlements.aws.sessions import AwsSessions, RoleToAssume, forget_platform_credentials
from cloud_entitlements.inventory import Gap
from cloud_entitlements.inventory.tables import TABLES
from cloud_entitlements.simulator.process import Running

MANAGER, MEMBER = "210000000001", "210000000062"


@pytest.fixture
def administrator(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsSessions]:
    """Sessions of the customer's administrator: collectors don't mind who they are."""
    for name, value in simulator.environment(simulator.told["operators"][MANAGER]).items():
        monkeypatch.setenv(name, value)
    forget_platform_credentials()
    yield AwsSessions()
    forget_platform_credentials()


def rows_of(found: Iterator[Row | Gap]) -> list[Row]:
    """All of it, and nothing is lacking."""
    listed = list(found)
    assert [one for one in listed if isinstance(one, Gap)] == []
    return [one for one in listed if not isinstance(one, Gap)]


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.name)
def test_each_collector_calls_only_what_it_says_and_fills_its_tables(
    simulator: Running, administrator: AwsSessions, collector: Collector
) -> None:
    if collector.level == "organization":
        session, scope = administrator.platform(), Scope(MANAGER, "aws")
    else:
        role = RoleToAssume(f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole", None)
        session, scope = administrator.assume(role), Scope(MEMBER, "aws")
    since = max((call["n"] for call in simulator.calls()), default=0)
    rows = rows_of(collector.collect(session, scope))
    called = {f"{call['service']}:{call['operation']}" for call in simulator.calls(since)}
    assert called
    assert called <= set(collector.operations)
    assert {table for table, _ in rows} <= set(collector.tables)
    for table, row in rows:
        assert set(row) <= set(TABLES[table].columns), table
        assert DROPPED_FIELDS.isdisjoint(row)
        assert "@example.com" not in str(row), "e-mail addresses are not let through"
        for canary in ("Canary", "+1-555", "nickname-", "people.example.com", "title-", "People of"):
            assert canary not in str(row), "of people no more than a name is let through"
        assert "EntityDescriptor" not in str(row), "SAML metadata is not let through"


def test_having_no_password_policy_is_a_fact(administrator: AwsSessions) -> None:
    role = RoleToAssume(f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole", None)
    collector = next(found for found in COLLECTORS if found.name == "password_policy")
    rows = rows_of(collector.collect(administrator.assume(role), Scope(MEMBER, "aws")))
    assert rows == [("password_policy", {"present": False, "settings": {}})]


def test_the_registry_is_pinned() -> None:
    assert [collector.name for collector in COLLECTORS] == [
        "organization", "organization_policies", "root_access", "identity_center", "authorization_details",
        "account_summary", "password_policy", "credential_report", "mfa_devices", "oidc_providers", "saml_providers",
        "access_keys", "last_accessed",
    ]  # fmt: skip
    assert [*OF_ORGANIZATION, *OF_ACCOUNT] == list(COLLECTORS)
