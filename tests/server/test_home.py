"""Home: every number is what the list behind it counts; what is not known is said; the same as JSON and on paper."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.home.figures import Count, Figures, Part
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations.models import Moment, Recommendation

from .crowd import analysed, crowd
from .days import ACCOUNT, CONNECTION, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}],
}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


@pytest.fixture
def judged(tmp_path: Path) -> Days:
    """One account as it was judged, with recommendations in every state; and a crowd that has a tag."""
    found = Days(tmp_path)
    people = [user(f"admin-{number}", FULL) for number in range(7)]
    found.collected(*people, user("bob", READ), user(HOSTILE, FULL))
    found.collected(*people[1:], user("bob", READ), user(HOSTILE, FULL))
    now = timezone.now()
    Recommendation.objects.update(first_seen=now - timedelta(days=30))
    Recommendation.objects.filter(state="followed").update(resolved_at=now - timedelta(days=2))
    Recommendation.objects.filter(name="admin-1").update(first_seen=now - timedelta(days=1))
    Recommendation.objects.filter(name="admin-2").update(reopened_at=now)
    Recommendation.objects.filter(name="admin-3").update(first_seen=now, state="withdrawn", resolved_at=now)
    one = Recommendation.objects.get(criterion="administrator", name="admin-4")
    from cloud_entitlements.server.recommendations.commands import acknowledge, recount

    acknowledge(Recommendation.objects.filter(pk=one.pk), "break glass", None, "ada")
    recount([(CONNECTION, f"arn:aws:iam::{ACCOUNT}:user/admin-3")])
    crowd("Tagged", 12, 6, tags=("blue",))
    _recommend_to_the_crowd()
    return found


def _recommend_to_the_crowd() -> None:
    rows = Identity.objects.exclude(connection_id=CONNECTION).filter(high__gt=0)
    for one in rows:
        for criterion in [one.id for one in CRITERIA][: one.high]:
            Recommendation.objects.create(
                connection_id=one.connection_id, criterion=criterion, arn=one.arn, type=one.type, name=one.name,
                account_id=one.account_id, account_name=one.account_name, criticality="high", rank=0,
                first_seen=timezone.now(), snapshot_id="x",
            )  # fmt: skip


def figures(page: Client, query: str = "") -> Figures:
    answer = page.get(f"/{query}")
    assert answer.status_code == 200
    found: Figures = answer.context["figures"]
    return found


def listed(page: Client, address: str, *columns: str) -> int:
    """What a list counts: its identities, or of its criteria these columns together."""
    answer = page.get(address)
    assert answer.status_code == 200, address
    if urlsplit(address).path == "/identities/":
        total: int = answer.context["total"]
        return total
    assert urlsplit(address).path == "/recommendations/"
    return sum(getattr(one, column) for one, *_ in answer.context["criteria"] for column in columns)


SCOPES = ["", "?tag=blue", f"?connection={CONNECTION}"]


@pytest.mark.parametrize("address", ["/", "/home.pdf"])
def test_nobody_sees_it_who_is_not_signed_in(address: str, db: None) -> None:
    assert Client().get(address)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("scope", SCOPES)
def test_every_number_of_identities_is_what_its_list_counts(page: Client, judged: Days, scope: str) -> None:
    found = figures(page, scope)
    people = found.people
    for one in (people.identities, people.vulnerable, people.sound, *people.types, *people.impacts):
        assert listed(page, one.address) == one.count, one
    for part in _parts(found):
        assert listed(page, part.to_identities) == part.identities, part
    assert people.vulnerable.count + people.sound.count == people.identities.count > 0
    assert (
        sum(one.count for one in people.impacts)
        == sum(one.count for one in people.types)
        == people.identities.count
    )


def _parts(found: Figures) -> list[Part]:
    return [*found.by_criticality, *found.by_provider, *found.by_account, *found.by_type]


@pytest.mark.parametrize("scope", SCOPES)
def test_every_number_of_recommendations_is_what_its_list_counts(
    page: Client, judged: Days, scope: str
) -> None:
    found = figures(page, scope)
    every = ("suggested", "acknowledged", "followed")
    numbers: list[tuple[Count, tuple[str, ...]]] = [
        (found.states.suggested, every),
        (found.states.pending, ("suggested",)),
        (found.states.acknowledged, ("acknowledged",)),
        (found.states.followed, ("followed",)),
        (found.found, every),
        (found.resolved, ("followed",)),
    ]
    for one, columns in numbers:
        assert listed(page, one.address, *columns) == one.count, one
    for part in _parts(found):
        assert listed(page, part.to_recommendations, "suggested") == part.recommendations, part
    pending = found.states.pending.count
    for parts in (found.by_criticality, found.by_provider, found.by_type):
        assert sum(part.recommendations for part in parts) == pending
    assert pending > 0


def test_the_states_that_the_numbers_tell_of_are_all_there(page: Client, judged: Days) -> None:
    """Or the test above would compare zeros."""
    found = figures(page, f"?connection={CONNECTION}")
    assert found.states.acknowledged.count == 1
    assert found.states.followed.count >= 1
    assert found.resolved.count >= 1
    assert 0 < found.found.count < found.states.suggested.count
    assert found.accounts == 1


def test_from_a_number_of_recommendations_its_identities_are_a_click_away(page: Client, judged: Days) -> None:
    for one, column in ((figures(page).found, "suggested"), (figures(page).resolved, "followed")):
        rows = page.get(one.address).context["criteria"]
        for listed_one, best, suggested, acknowledged, followed in rows:
            by_state = {"suggested": suggested, "acknowledged": acknowledged, "followed": followed}
            for state, address in by_state.items():
                assert page.get(address).context["total"] == getattr(listed_one, state), address
            if getattr(listed_one, column):
                assert page.get(best).context["total"] == getattr(listed_one, column)


def test_every_number_on_the_page_is_a_link(page: Client, judged: Days) -> None:
    answer = page.get("/")
    found, text = answer.context["figures"], answer.content.decode()
    linked = {
        (unescape(address), label) for address, label in re.findall(r'<a href="([^"]+)">(\d+)</a>', text)
    }
    counts = [found.people.identities, found.people.vulnerable, found.people.sound, found.states.pending, found.states.followed, found.states.acknowledged, found.states.suggested, found.found, found.resolved]  # fmt: skip
    counts += [one for one in (*found.people.impacts, *found.people.types) if one.count]
    for one in counts:
        assert (one.address, str(one.count)) in linked, one
    for part in _parts(found):
        if part.recommendations:
            assert (part.to_recommendations, str(part.recommendations)) in linked, part


def test_a_filter_of_time_stays_in_the_forms_of_its_lists(page: Client, judged: Days) -> None:
    address = figures(page).found.address
    day = address.split("found=")[1]
    assert f'<input type="hidden" name="found" value="{day}">' in page.get(address).content.decode()
    assert f"found since {day}" in page.get(address).content.decode()
    assert page.get("/recommendations/?found=yesterday").status_code == 200
    vulnerable = page.get("/identities/?vulnerable=yes").content.decode()
    assert '<input type="hidden" name="vulnerable" value="yes">' in vulnerable


def test_the_worst_identities_open_beside_the_page(page: Client, judged: Days) -> None:
    text = page.get(f"/?connection={CONNECTION}").content.decode()
    addresses = [unescape(one) for one in re.findall(r'<a href="([^"]+)" data-open data-drawer', text)]
    assert len(addresses) > 1
    alone = page.get(addresses[0], headers={"HX-Request": "true"}).content.decode()
    assert alone.startswith('<aside id="drawer" class="drawer" aria-label="Details">')
    assert "iam:AttachGroupPolicy on all groups" in alone
    assert unescape(alone.split("data-close")[0].rsplit('href="', 1)[1]).startswith(
        f"/?connection={CONNECTION}"
    )
    assert "on all groups" in page.get(addresses[0]).content.decode()
    assert HOSTILE not in text


def test_the_numbers_say_how_much_of_the_organization_they_cover(page: Client) -> None:
    crowd("Large", 20, 5)
    text = page.get("/").content.decode()
    assert "18 of 20 accounts" in text
    assert "2 accounts were never read: what is in them is unknown" in text
    assert "At least 40.0 %" in text


def test_a_tag_that_nothing_has_is_said_and_can_be_left_out(page: Client, judged: Days) -> None:
    text = page.get("/?tag=green").content.decode()
    assert "Nothing matches the filters" in text
    assert '<a class="button" href="/">Clear filters</a>' in text


def test_nothing_is_connected_and_home_says_what_to_do(page: Client) -> None:
    assert "Nothing is connected yet" in page.get("/").content.decode()
    draft = commands.add("organization", "Begun", ["r-ab12"])
    assert "Resume Begun" in page.get("/").content.decode()
    Connection.objects.filter(id=draft.id).update(enabled=False, status="connected")
    assert "Everything is switched off" in page.get("/").content.decode()


def test_what_was_collected_and_not_judged_yet_is_no_zero(page: Client) -> None:
    Connection.objects.create(type="account", name="New", status="connected", coverage_total=1)
    text = page.get("/").content.decode()
    assert "Nothing was judged yet" in text
    assert "Vulnerable" not in text
    assert "New" in text


def test_an_organization_of_which_nothing_was_read_is_unknown(page: Client) -> None:
    blind = Connection.objects.create(type="organization", name="Blind", status="connected", coverage_total=2)
    analysed(blind, 2, 0)
    text = page.get("/").content.decode()
    assert "Nothing could be read of any identity" in text
    assert "Vulnerable" not in text
    assert page.get("/home.pdf").status_code == 409


def test_a_root_user_alone_is_not_what_was_read(
    page: Client, api: Callable[..., Any], tmp_path: Path
) -> None:
    Days(tmp_path).not_read()
    assert Identity.objects.count() == 1
    text = page.get("/").content.decode()
    assert "Nothing could be read of any identity" in text
    assert "Vulnerable" not in text
    assert page.get("/home.pdf").status_code == 409
    assert api("GET", "/home")[1]["code"] == "nothing_read"


def test_an_import_alone_has_a_home_too(page: Client, tmp_path: Path) -> None:
    Days(tmp_path).collected(user("ada", FULL))
    text = page.get("/").content.decode()
    assert "Cloud health" in text
    assert "Accounts in trouble" not in text, "nobody connects to files"


def test_accounts_in_trouble_and_connections_keep_their_place(page: Client) -> None:
    large = crowd("Large", 20, 5)
    Account.objects.filter(connection=large.connection, status="denied").update(failure="trust_too_open")
    text = page.get("/").content.decode()
    assert 'Accounts in trouble <span class="count">2</span>' in text
    assert f"/setup/aws/{large.connection.id}/accounts/?status=denied#account-" in text
    assert "18 of 20 accounts" in text or "0 of 20 accounts" in text


def test_an_acknowledgement_that_is_over_is_pending_again(page: Client, judged: Days) -> None:
    before = figures(page).states
    Recommendation.objects.filter(state="acknowledged").update(
        acknowledged_until=timezone.now() - timedelta(seconds=1)
    )
    after = figures(page).states
    assert (after.pending.count, after.acknowledged.count) == (before.pending.count + 1, 0)


def test_the_past_is_drawn_once_there_is_one(page: Client, judged: Days) -> None:
    assert "the line begins with the second" in page.get("/?tag=blue").content.decode()
    connection_id = Analysis.objects.exclude(connection_id=CONNECTION).get().connection_id
    for age in (1, 8):
        at = timezone.now() - timedelta(days=age)
        Moment.objects.create(
            connection_id=connection_id, snapshot_id=f"{age}", at=at, health=60.0 + age, identities={"role": 5}, vulnerable=age
        )  # fmt: skip
    text = page.get("/?tag=blue").content.decode()
    assert '<polyline class="of-all" points="' in text
    assert "points worse" in text


def test_the_api_says_what_the_page_says(page: Client, api: Callable[..., Any], judged: Days) -> None:
    for scope in SCOPES:
        found = figures(page, scope)
        status, record = api("GET", f"/home{scope}")
        assert status == 200
        assert record["identities"]["total"] == found.people.identities.count
        assert record["identities"]["vulnerable"] == found.people.vulnerable.count
        assert record["recommendations"]["pending"] == found.states.pending.count
        assert (
            record["recommendations"]["found"]
            == found.found.count
            == sum(one["found"] for one in record["lately"])
        )
        assert record["recommendations"]["resolved"] == sum(one["resolved"] for one in record["lately"])
        assert [one["recommendations"] for one in record["by_account"]] == [
            one.recommendations for one in found.by_account
        ]
        assert len(record["days"]) == 30


def test_the_api_says_unknown_instead_of_zero(api: Callable[..., Any]) -> None:
    status, problem = api("GET", "/home")
    assert (status, problem["code"]) == (409, "nothing_judged")
    assert api("GET", "/home?tag=green")[0] == 404
    blind = Connection.objects.create(type="organization", name="Blind", status="connected", coverage_total=2)
    analysed(blind, 2, 0)
    assert api("GET", "/home")[1]["code"] == "nothing_read"


@pytest.mark.parametrize("path", ["/api/v1/home", "/api/v1/home.pdf"])
def test_the_api_asks_for_a_token(path: str, db: None) -> None:
    assert Client().get(path).status_code == 401


def test_without_the_package_the_page_says_how_there_is_a_pdf(
    page: Client, judged: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "plutoprint", None)
    text = unescape(page.get("/").content.decode())
    assert "pip install 'cloud-entitlements[pdf]'" in text
    assert 'href="/home.pdf"' not in text
    answer = page.get("/home.pdf")
    assert answer.status_code == 409
    assert "cloud-entitlements[pdf]" in unescape(answer.content.decode())
