"""Recommendations: by criterion, acknowledged with a reason, and what security policies make of them."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations import due
from cloud_entitlements.server.recommendations.analysing import bring_up
from cloud_entitlements.server.recommendations.models import Recommendation, SecurityPolicy
from cloud_entitlements.work.models import Run

from .days import ACCOUNT, CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
LIST, ONE, POLICIES = "/recommendations/", "/recommendations/administrator/", "/security-policies/"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user(HOSTILE, FULL), user(FORMULA, FULL), user("bob"))
    return found


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def row(name: str) -> Recommendation:
    return Recommendation.objects.get(criterion="administrator", name=name)


def acknowledge(page: Client, **given: Any) -> Any:
    return page.post(f"{ONE}acknowledge/", {"state": "suggested", **given})


@pytest.mark.parametrize("address", [LIST, ONE, f"{LIST[:-1]}.csv", POLICIES])
def test_nobody_sees_it_who_is_not_signed_in(address: str, db: None) -> None:
    assert Client().get(address)["Location"].startswith("/accounts/login/")


def test_nobody_acknowledges_who_is_not_signed_in(days: Days) -> None:
    assert Client().post(f"{ONE}acknowledge/", {"every": "1", "reason": "x"}).status_code == 302
    assert row("ada").state == "suggested"


def test_a_criterion_says_how_many_fail_it_and_opens_them(page: Client, days: Days) -> None:
    listed = text(page.get(LIST))
    assert f'<a href="{ONE}">3</a>' in listed
    opened = text(page.get(ONE))
    assert "ada" in opened
    assert "bob" not in opened
    assert HOSTILE not in opened


def test_no_page_of_a_criterion_has_a_place_that_was_not_filled(page: Client, days: Days) -> None:
    for one in CRITERIA:
        shown = text(page.get(f"/recommendations/{one.id}/"))
        assert one.title in shown
        assert not re.findall(r"\{\w+\}", shown), one.id


def test_a_criterion_that_does_not_exist_is_not_found(page: Client, days: Days) -> None:
    assert page.get("/recommendations/nothing/").status_code == 404


def test_the_drawer_shows_evidence_and_a_fix_for_this_identity(page: Client, days: Days) -> None:
    found = text(page.get(f"{ONE}?open={row(HOSTILE).pk}"))
    assert "inline policy p0" in found
    assert "&#x27;&lt;img-src=x-onerror=alert(1)&gt;&#x27;" in found, "quoted for a shell"
    assert HOSTILE not in found
    assert page.get(f"{ONE}?open=99999999999999999999").status_code == 200


def test_acknowledging_needs_a_reason(page: Client, days: Days) -> None:
    answer = acknowledge(page, row=row("ada").pk, reason="  ")
    assert answer.status_code == 422
    assert "A reason is missing" in text(answer)
    assert row("ada").state == "suggested"


@pytest.mark.parametrize("until", ["yesterday", "2020-01-01"])
def test_a_day_that_is_none_or_past_is_refused_and_nothing_is_lost(
    page: Client, days: Days, until: str
) -> None:
    answer = acknowledge(page, row=row("ada").pk, reason="break glass", until=until)
    assert answer.status_code == 422
    assert "break glass" in text(answer)
    assert row("ada").state == "suggested"


def test_what_is_acknowledged_leaves_the_counts_and_comes_back(page: Client, days: Days) -> None:
    until = f"{timezone.now() + timedelta(days=9):%Y-%m-%d}"
    acknowledge(page, row=row("ada").pk, reason="break glass", until=until)
    one = row("ada")
    assert (one.state, one.reason, one.acknowledged_by) == ("acknowledged", "break glass", "ada")
    assert f"{one.acknowledged_until:%Y-%m-%d}" == until
    assert Identity.objects.get(name="ada").high == 0
    assert "break glass" in text(page.get(f"{ONE}?state=acknowledged"))
    page.post(f"{ONE}acknowledge/", {"state": "acknowledged", "row": one.pk, "undo": "1"})
    assert row("ada").state == "suggested"
    assert Identity.objects.get(name="ada").high > 0


def test_all_that_the_filters_leave_are_acknowledged_at_once(page: Client, days: Days) -> None:
    acknowledge(page, every="1", q="ada", reason="known")
    assert [one.name for one in Recommendation.objects.filter(state="acknowledged")] == ["ada"]
    acknowledge(page, every="1", reason="all of them")
    assert not Recommendation.objects.filter(criterion="administrator", state="suggested").exists()


def test_an_acknowledgement_that_is_over_is_suggested_again(page: Client, days: Days) -> None:
    acknowledge(page, row=row("ada").pk, reason="for a while")
    Recommendation.objects.filter(name="ada").update(acknowledged_until=timezone.now() - timedelta(seconds=1))
    page.get(ONE)
    assert row("ada").state == "suggested"
    assert row("ada").reopened_at is not None


def test_the_way_back_leads_nowhere_else(page: Client, days: Days) -> None:
    answer = acknowledge(page, row=row("ada").pk, reason="x", here="https://example.invalid/")
    assert answer["Location"] == ONE


def test_the_file_holds_evidence_and_no_formula(page: Client, days: Days) -> None:
    answer = page.get("/recommendations.csv?criterion=administrator&columns=name,evidence,state")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert rows[0] == ["NAME", "EVIDENCE", "STATE"]
    assert {one[0] for one in rows[1:]} == {"ada", HOSTILE, f"'{FORMULA}"}
    assert all("p0" in one[1] for one in rows[1:])


def _policy(**given: str) -> dict[str, str]:
    return {"administrator-criticality": "high", "administrator-enabled": "on", **given}


def test_a_security_policy_is_kept_and_judged_by_in_the_background(page: Client, days: Days) -> None:
    page.post(POLICIES, _policy(**{"administrator-criticality": "low"}))
    assert SecurityPolicy.objects.get().changed_by == "ada"
    run = Run.objects.get(subject=due.subject_of(CONNECTION))
    assert (run.kind, run.trigger) == ("analyse", "security policy")
    bring_up(CONNECTION)
    assert row("ada").criticality == "low"
    assert Identity.objects.get(name="ada").low > 0


def test_one_connections_policy_is_its_own_and_its_default_is_the_one_for_all(
    page: Client, days: Days
) -> None:
    page.post(POLICIES, _policy(**{"administrator-criticality": "medium"}))
    page.post(POLICIES, _policy(**{"administrator-criticality": "low", "connection": CONNECTION}))
    assert SecurityPolicy.objects.count() == 2
    page.post(POLICIES, {"restore": "administrator", "connection": CONNECTION})
    bring_up(CONNECTION)
    assert row("ada").criticality == "medium"
    page.post(POLICIES, {"restore": ""})
    assert not SecurityPolicy.objects.exists()


def test_what_is_as_it_would_be_anyway_is_not_kept(page: Client, days: Days) -> None:
    page.post(POLICIES, _policy())
    assert not SecurityPolicy.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"administrator-criticality": "dreadful"}, "is no criticality"),
        ({"access-key-age-criticality": "high", "access-key-age-period": "0"}, "number of days"),
        ({"access-key-age-criticality": "high", "access-key-age-period": "many"}, "number of days"),
        ({"connection": "nobody", "administrator-criticality": "low"}, "there is no connection"),
    ],
    ids=str,
)
def test_what_is_no_policy_is_refused_as_a_whole(
    page: Client, days: Days, given: dict[str, str], told: str
) -> None:
    answer = page.post(POLICIES, {"user-mfa-criticality": "low", **given})
    assert answer.status_code == 422
    assert told in text(answer)
    assert not SecurityPolicy.objects.exists()


def test_an_accounts_number_leads_to_what_it_counts(page: Client, days: Days) -> None:
    assert page.get(f"{ONE}?account={ACCOUNT}").context["total"] == 3
    assert page.get(f"{ONE}?account=999999999999").context["total"] == 0


@pytest.mark.parametrize(
    "query", ["tag=blue", "criticality=medium", "q=ada", "type=role", "found=2026-11-03"]
)
def test_all_that_the_filters_leave_are_those_that_the_page_shows(
    page: Client, days: Days, query: str
) -> None:
    """Whatever filter is on, its form sends it along."""
    Recommendation.objects.filter(name="ada").update(
        first_seen=timezone.now(), criticality="medium", type="role"
    )
    own = Connection.objects.create(type="account", name="blue", tags=["blue"])
    Recommendation.objects.filter(name="ada").update(connection_id=str(own.id))
    one = Analysis.objects.get()
    one.pk = str(own.id)
    one.save(force_insert=True)
    answer = page.get(f"{ONE}?{query}")
    assert answer.context["total"] == 1
    form = text(answer).split('class="bulk"')[1]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    acknowledge(page, **sent, every="1", reason="known")
    assert [one.name for one in Recommendation.objects.filter(state="acknowledged")] == ["ada"]
