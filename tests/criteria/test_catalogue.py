"""What holds for every criterion, whatever it asks."""

from __future__ import annotations

import pytest

from cloud_entitlements.access import Organization
from cloud_entitlements.criteria import CRITERIA, Criterion
from cloud_entitlements.criteria.analysis import judge
from cloud_entitlements.criteria.criterion import PERIODS
from cloud_entitlements.criteria.subject import AccountFacts, Around, Subject
from cloud_entitlements.inventory.layers import OF_ACCOUNT
from tests.criteria.world import NOW

EMPTY = Organization("", "", {}, {}, {}, {}, {}, {}, {}, {}, lambda _sha: None, lambda _account, _name: None)
OURS = {
    "root-access-keys", "root-mfa", "inactive-user", "inactive-role", "never-used-key", "two-active-keys",
    "direct-permissions", "inline-policy", "trust-wildcard", "trust-unknown-account", "oidc-without-subject",
    "service-trust-source", "empty-group", "missing-boundary", "grants-nothing",
}  # fmt: skip


def around(**outcomes: str) -> Around:
    return Around(AccountFacts("123456789012", "", {}, None, outcomes, {}), EMPTY, None, NOW)


def subject_of(criterion: Criterion) -> Subject:
    return Subject("arn:aws:iam::123456789012:user/ada", criterion.types[0], "123456789012", "ada")


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_without_a_part_that_it_needs_a_criterion_knows_nothing(criterion: Criterion) -> None:
    for missing in criterion.needs:
        outcomes = {part: "collected" for part in criterion.needs if part != missing}
        found = judge(criterion, subject_of(criterion), around(**outcomes), criterion.period)
        assert found.verdict == "unknown"
        assert missing.replace("_", " ") in found.why


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_without_anything_read_nobody_passes(criterion: Criterion) -> None:
    found = judge(criterion, subject_of(criterion), around(), criterion.period)
    assert found.verdict == "unknown"


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_what_it_needs_and_uses_are_parts_of_an_account(criterion: Criterion) -> None:
    assert {*criterion.needs, *criterion.uses} <= {*OF_ACCOUNT, "access_keys", "last_accessed"}
    assert criterion.needs or criterion.uses


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_it_says_why_and_how_to_mend_it_three_ways(criterion: Criterion) -> None:
    fix = criterion.fix
    assert all((criterion.title, criterion.why, fix.console, fix.cli, fix.terraform))
    assert not criterion.title.endswith(".")
    assert criterion.why.endswith(".")


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_a_period_is_one_that_a_security_policy_can_set(criterion: Criterion) -> None:
    assert criterion.period is None or criterion.period in PERIODS


def test_each_is_there_once() -> None:
    ids = [one.id for one in CRITERIA]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= OURS
