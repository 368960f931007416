"""Identity Center in a Region that had to be enabled, one that is replicated, and an organization that has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from cloud_entitlements.access import read_directory
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running

from .trouble import SEED, Deploy, Finish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("impatient")]
ELSEWHERE = str(Path(__file__).parents[1] / "seeds" / "elsewhere.yaml")
ORCHARD, MEADOW = 0, 1


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(ELSEWHERE) as running:
        yield running


def connected(platform: Running, deploy: Deploy, finish: Finish, number: int) -> Snapshot:
    draft = commands.add("organization", "All", [platform.organization(number)["root_id"]])
    assert finish(commands.connect(draft, deploy(draft, number))).state == "done"
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(draft.id))
    assert snapshot is not None
    assert list(snapshot.rows("gaps")) == []
    (read,) = snapshot.rows("collections", account_id="organization", of_collector="identity_center")
    assert read["outcome"] == "collected"
    return snapshot


def test_a_region_that_was_enabled_is_searched_like_any_other(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    snapshot = connected(platform, deploy, finish, ORCHARD)
    (center,) = snapshot.rows("identity_center")
    assert center["region"] == "eu-south-2"
    (permission_set,) = snapshot.rows("permission_sets")
    assert permission_set["boundary"] == "arn:aws:iam::aws:policy/PowerUserAccess"
    assert permission_set["customer_boundary"] is None
    directory = read_directory(snapshot)
    (pickers,) = directory.groups
    ways = directory.roles_of(pickers)
    found = [(one.account_id, one.state, str(one.role).split("/")[3]) for one in ways]
    assert found == [("440000000001", "found", "eu-south-2"), ("440000000011", "found", "eu-south-2")]


def test_a_replica_leads_to_its_primary_region_past_an_instance_of_somebody_else(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    snapshot = connected(platform, deploy, finish, MEADOW)
    looked = [call["region"] for call in platform.calls() if call["operation"] == "ListInstances"]
    assert looked[-1] == "us-east-1", "found there, beside one that a member account owns"
    (center,) = snapshot.rows("identity_center")
    assert (center["region"], center["owner"]) == ("us-west-2", "450000000001")
    directory = read_directory(snapshot)
    (three,) = directory.users
    assert [(one.account_id, one.state) for one in directory.roles_of(three)] == [("450000000011", "found")]


def test_none_is_known_as_none(
    monkeypatch: pytest.MonkeyPatch, deploy: Deploy, finish: Finish, platform: Running
) -> None:
    from cloud_entitlements.aws.sessions import forget_platform_credentials

    with process.running(SEED) as harbour:
        for name, value in harbour.environment().items():
            monkeypatch.setenv(name, value)
        forget_platform_credentials()
        draft = commands.add("organization", "Harbour", ["ou-harb-10000000"])
        stack = commands.template_names(draft).stack_name
        arn = harbour.deploy("420000000001", stack, commands.template(draft))["RoleArn"]
        assert finish(commands.connect(draft, arn)).state == "done"
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(draft.id))
    assert snapshot is not None
    (read,) = snapshot.rows("collections", account_id="organization", of_collector="identity_center")
    directory = read_directory(snapshot)
    assert (read["outcome"], snapshot.count("identity_center")) == ("collected", 0)
    assert (directory.known, directory.users) == (True, {})
