"""The latest snapshot is judged, and rows and recommendations are brought up to it; on both database engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations.analysing import bring_up
from cloud_entitlements.server.recommendations.models import Moment, Recommendation, SecurityPolicy

from .days import BEGAN, CONNECTION, FULL, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


def told(criterion: str = "administrator") -> dict[str, Any]:
    one = Recommendation.objects.get(criterion=criterion, arn__endswith="/ada")
    return {"state": one.state, "because": one.resolved_because, "stale": one.stale_since is not None}


def test_what_fails_is_suggested_and_counted(days: Days) -> None:
    analysis = days.collected(user("ada", FULL), user("bob"))
    ada = Identity.objects.get(name="ada")
    assert (ada.administrator, ada.impact, ada.high > 0, ada.weight > 0) == ("yes", "E", True, True)
    bob = Identity.objects.get(name="bob")
    assert (bob.administrator, bob.impact) == ("no", "A")
    assert told() == {"state": "suggested", "because": "", "stale": False}
    assert analysis.health is not None
    assert analysis.health < 100
    moment = Moment.objects.get()
    assert moment.vulnerable >= 1
    assert moment.found >= 1


def test_judging_the_same_again_changes_nothing(days: Days) -> None:
    days.collected(user("ada", FULL))
    before = (
        list(Recommendation.objects.values()),
        list(Identity.objects.values()),
        list(Moment.objects.values()),
    )
    bring_up(CONNECTION)
    assert (
        list(Recommendation.objects.values()),
        list(Identity.objects.values()),
        list(Moment.objects.values()),
    ) == before


def test_what_is_mended_is_followed_and_comes_back_reopened(days: Days) -> None:
    days.collected(user("ada", FULL))
    days.collected(user("ada"))
    assert told() == {"state": "followed", "because": "mended", "stale": False}
    days.collected(user("ada", FULL))
    one = Recommendation.objects.get(criterion="administrator")
    assert (one.state, one.first_seen, one.reopened_at) == (
        "suggested", BEGAN + timedelta(days=1), BEGAN + timedelta(days=3),
    )  # fmt: skip


def test_a_gap_resolves_nothing(days: Days) -> None:
    days.collected(user("ada", FULL))
    days.not_read()
    assert told() == {"state": "suggested", "because": "", "stale": True}
    assert Identity.objects.get(name="ada").stale_since is not None
    days.collected(user("ada"))
    assert told() == {"state": "followed", "because": "mended", "stale": False}


def test_an_identity_that_is_gone_takes_its_recommendations_along(days: Days) -> None:
    days.collected(user("ada", FULL), user("bob"))
    days.collected(user("bob"))
    assert not Identity.objects.filter(name="ada").exists()
    assert told() == {"state": "followed", "because": "identity_gone", "stale": False}


def test_what_was_acknowledged_stays_so_until_it_expires(days: Days) -> None:
    days.collected(user("ada", FULL))
    Recommendation.objects.update(
        state="acknowledged", reason="break glass", acknowledged_until=BEGAN + timedelta(days=3)
    )
    days.collected(user("ada", FULL))
    assert told()["state"] == "acknowledged"
    assert Identity.objects.get(name="ada").high == 0
    days.collected(user("ada", FULL))
    one = Recommendation.objects.get(criterion="administrator")
    assert (one.state, one.reason, one.reopened_at) == ("suggested", "", BEGAN + timedelta(days=3))


def test_a_criterion_that_is_switched_off_withdraws_what_it_recommended(days: Days) -> None:
    days.collected(user("ada", FULL))
    SecurityPolicy.objects.create(criterion="administrator", criticality="high", enabled=False)
    bring_up(CONNECTION)
    assert told() == {"state": "withdrawn", "because": "switched_off", "stale": False}


def test_a_connections_own_policy_counts_before_the_one_for_all(days: Days) -> None:
    SecurityPolicy.objects.create(criterion="administrator", criticality="low")
    SecurityPolicy.objects.create(criterion="administrator", criticality="medium", connection_id=CONNECTION)
    days.collected(user("ada", FULL))
    assert Recommendation.objects.get(criterion="administrator").criticality == "medium"
