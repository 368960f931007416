"""Identity Center in a Region that had to be enabled, and an organization that has none."""

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


@pytest.fixture(scope="module", params=[ELSEWHERE, SEED], ids=["eu-south-2", "none"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Running]:
    with process.running(request.param) as running:
        yield running


def test_a_region_that_was_enabled_is_searched_and_none_is_known_as_none(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    draft = commands.add("organization", "All", [platform.organization()["root_id"]])
    assert finish(commands.connect(draft, deploy(draft))).state == "done"
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(draft.id))
    assert snapshot is not None
    (read,) = snapshot.rows("collections", account_id="organization", of_collector="identity_center")
    assert read["outcome"] == "collected"
    directory = read_directory(snapshot)
    assert directory.known
    if platform.organization()["id"] != "o-orchard0001":
        assert (snapshot.count("identity_center"), directory.users) == (0, {})
        return
    (center,) = snapshot.rows("identity_center")
    assert center["region"] == "eu-south-2"
    (permission_set,) = snapshot.rows("permission_sets")
    assert permission_set["boundary"] == "arn:aws:iam::aws:policy/PowerUserAccess"
    assert permission_set["customer_boundary"] is None
    (pickers,) = directory.groups
    ways = directory.roles_of(pickers)
    assert [(one.account_id, one.state) for one in ways] == [
        ("440000000001", "found"),
        ("440000000011", "found"),
    ]
    assert all(f"{one.role}".split("/")[3] == "eu-south-2" for one in ways)
