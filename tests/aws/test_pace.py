from __future__ import annotations

import pytest

from cloud_entitlements.aws.collectors.pace import IDENTITY_CENTER, ORGANIZATIONS, Pace, paced
from cloud_entitlements.simulator.process import Running


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.time += seconds


@pytest.mark.parametrize("pace", [ORGANIZATIONS, IDENTITY_CENTER], ids=["organizations", "identity center"])
def test_a_small_organization_is_read_at_once_and_a_large_one_steadily(
    simulator: Running, pace: Pace
) -> None:
    clock, more = Clock(), 50
    manager = simulator.organization()["management_account_id"]
    ask = paced(simulator.client("sts", manager), pace, clock.sleep, clock.now)
    for _ in range(pace.burst):
        ask.one("get_caller_identity")
    assert clock.time == 1000.0
    for _ in range(more):
        ask.one("get_caller_identity")
    assert clock.time - 1000.0 == pytest.approx(more / pace.per_second)


def test_identity_center_leaves_others_half_of_what_aws_allows() -> None:
    assert IDENTITY_CENTER.per_second <= 20 / 2
