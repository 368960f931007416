"""The organization as a picture: no more nodes than can be looked at, and nothing left out."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.grouping import Rest, rests, spread
from cloud_entitlements.server.home.layout import cells, shortened
from cloud_entitlements.server.home.members import Group, Member, Tally
from cloud_entitlements.server.identities.models import Identity

from .crowd import analysed, crowd
from .days import Days

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
PAGE, NODES = "/organization/", "/organization/nodes.json"
HOSTILE = "<img src=x onerror=alert(1)>"


def drawn(page: Client, address: str = PAGE) -> dict[str, Any]:
    """What the picture at this address is drawn from."""
    parts = urlsplit(address)
    assert parts.path == PAGE, address
    answer = page.get(f"{NODES}?{parts.query}")
    assert answer.status_code == 200, address
    found: dict[str, Any] = json.loads(answer.content)
    return found


def kinds(found: dict[str, Any]) -> Counter[str]:
    return Counter(one["kind"] for one in found["nodes"])


@pytest.mark.parametrize("address", [PAGE, NODES])
def test_nobody_sees_it_who_is_not_signed_in(address: str, db: None) -> None:
    assert Client().get(address)["Location"].startswith("/accounts/login/")


def test_a_small_organization_is_drawn_identity_by_identity(page: Client) -> None:
    small = crowd("Small", 5, 6)
    found = drawn(page)
    assert kinds(found) == {"organization": 1, "account": 5, "identity": small.identities}
    assert (found["grouped_accounts"], found["grouped_identities"], found["unread_accounts"]) == (0, 0, 1)
    assert {one["to"] for one in found["edges"]} == {
        one["id"] for one in found["nodes"] if one["kind"] != "organization"
    }


@pytest.mark.parametrize(
    ("accounts", "identities", "units"),
    [(30, 40, True), (99, 12, True), (101, 4, True), (350, 9, True), (350, 9, False), (3, 900, True)],
)
def test_a_large_one_is_grouped_and_counts_add_up(
    page: Client, accounts: int, identities: int, *, units: bool
) -> None:
    large = crowd("Large", accounts, identities, units=units)
    found = drawn(page)
    nodes = found["nodes"]
    assert len(nodes) <= 200
    assert (found["accounts"], found["identities"]) == (accounts, large.identities)
    shown = kinds(found)
    assert shown["account"] + found["grouped_accounts"] == accounts
    assert shown["identity"] + found["grouped_identities"] == large.identities
    assert sum(one["count"] for one in nodes if one["kind"] == "accounts") == found["grouped_accounts"]
    root = next(one for one in nodes if one["kind"] == "organization")
    assert root["identities"] == large.identities
    assert root["high"] == sum(Identity.objects.values_list("high", flat=True))
    letters = [one["letter"] for one in nodes if one["kind"] == "account"]
    assert letters == sorted(letters, reverse=True), "the gravest first, the unknown last"


@pytest.mark.parametrize(
    ("units", "identities", "people"), [(True, 5, 0), (False, 5, 3), (True, 4, 260), (True, 400, 1)]
)
def test_every_identity_is_reached_by_opening_groups(
    page: Client, identities: int, people: int, *, units: bool
) -> None:
    accounts = 120 if identities < 100 else 2
    large = crowd("Large", accounts, identities, units=units, people=people)
    seen: set[str] = set()
    arns: set[str] = set()
    accounts_seen: set[str] = set()
    waiting = [PAGE]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        found = drawn(page, address)
        assert len(found["nodes"]) <= 200
        arns |= {one["detail"] for one in found["nodes"] if one["kind"] == "identity"}
        accounts_seen |= {one["detail"] for one in found["nodes"] if one["kind"] == "account"}
        waiting += [
            one["address"] for one in found["nodes"] if one["address"].startswith(PAGE) and not one["drawer"]
        ]
    assert len(accounts_seen) == accounts
    assert arns == set(Identity.objects.values_list("arn", flat=True))
    assert len(arns) == large.identities


def links(text: str) -> list[str]:
    """Of the list that says the same as the picture."""
    listed = re.search(
        r'<ul class="branches">.*?</ul>\s*(?=<div class="same"|</details></section>)', text, re.DOTALL
    )
    assert listed is not None
    return [unescape(one) for one in re.findall(r'href="([^"]+)"', listed[0])]


@pytest.mark.parametrize("closer", [False, True])
def test_the_list_has_the_same_nodes_and_links_as_the_picture(page: Client, *, closer: bool) -> None:
    crowd("Large", 40, 20)
    account = next(one["detail"] for one in drawn(page)["nodes"] if one["kind"] == "account")
    address = f"{PAGE}?account={account}" if closer else PAGE
    text, found = page.get(address).content.decode(), drawn(page, address)
    assert sorted(links(text)) == sorted(one["address"] for one in found["nodes"])
    for one in found["nodes"]:
        assert one["name"] in unescape(text)


def test_homes_list_has_the_same_nodes_as_homes_picture(page: Client) -> None:
    crowd("Large", 40, 20)
    found = json.loads(page.get(f"{NODES}?on=home").content)
    assert len(found["nodes"]) <= 85
    assert (
        sum(one["count"] for one in found["nodes"] if one["kind"] == "accounts")
        == found["grouped_accounts"]
        == 31
    )
    assert sorted(links(page.get("/").content.decode())) == sorted(one["address"] for one in found["nodes"])


def test_nodes_of_every_kind_lead_somewhere(page: Client) -> None:
    crowd("Large", 130, 6)
    first = {(one["kind"], one["letter"]): one["address"] for one in drawn(page)["nodes"]}
    assert {kind for kind, _ in first} == {"organization", "account", "accounts", "identity", "identities"}
    for kind, address in first.items():
        assert page.get(address).status_code == 200, kind


def test_an_identity_opens_beside_the_picture_at_an_address_of_its_own(page: Client) -> None:
    crowd("Small", 4, 5)
    one = next(one for one in drawn(page)["nodes"] if one["kind"] == "identity")
    assert one["drawer"]
    whole = page.get(one["address"]).content.decode()
    assert f"<h2>{one['name']}</h2>" in whole
    alone = page.get(one["address"], headers={"HX-Request": "true"})
    assert alone.content.decode().startswith("<aside")
    assert f"<h2>{one['name']}</h2>" in alone.content.decode()
    assert "HX-Request" in alone["Vary"]
    assert "HX-Request" in page.get(PAGE)["Vary"]
    closing = re.search(r'href="([^"]+)" data-close', alone.content.decode())
    assert closing is not None
    assert unescape(closing[1]) == PAGE


def test_an_identity_of_two_connections_opens_the_one_that_was_chosen(page: Client) -> None:
    crowd("One", 2, 3)
    other = Connection.objects.create(type="account", name="Other", status="connected")
    analysed(other, 1, 1)
    first = Identity.objects.order_by("id").first()
    assert first is not None
    first.pk, first.connection_id, first.account_name = None, str(other.id), "its other name"
    first.save()
    twins = [one for one in drawn(page)["nodes"] if one["detail"] == first.arn]
    assert len(twins) == 2
    chosen = next(one for one in twins if str(other.id) in one["address"])
    assert "its other name" in page.get(chosen["address"], headers={"HX-Request": "true"}).content.decode()


def test_people_of_identity_center_are_in_no_account(page: Client) -> None:
    crowd("Small", 3, 4, people=5)
    found = drawn(page)
    assert (found["accounts"], kinds(found)["directory"]) == (3, 1)
    directory = next(one for one in found["nodes"] if one["kind"] == "directory")
    assert (directory["name"], directory["sign"]) == ("Identity Center", "E"), "nothing is more than E"
    closer = drawn(page, directory["address"])
    assert kinds(closer) == {"organization": 1, "directory": 1, "identity": 5}
    text = page.get(directory["address"]).content.decode()
    assert "<h1>Identity Center</h1>" in text
    listing = next(one["address"] for one in closer["nodes"] if one["kind"] == "directory")
    assert page.get(listing).context["total"] == 5
    assert "3 accounts" in page.get("/").content.decode()


def test_an_account_that_was_never_read_is_unknown_and_not_harmless(page: Client) -> None:
    crowd("Small", 1, 5)
    found = drawn(page)
    account = next(one for one in found["nodes"] if one["kind"] == "account")
    assert (account["letter"], account["sign"]) == ("", "?")
    assert account["title"].endswith("impact unknown, never read")
    assert (account["identities"], account["high"]) == (None, None), "unknown, and not 0"
    text = page.get(PAGE).content.decode()
    assert "1 account was never read: what is in it is unknown" in text
    assert "impact unknown" in text


def test_of_an_account_that_was_not_read_only_the_root_user_is_known(page: Client, tmp_path: Path) -> None:
    Days(tmp_path).not_read()
    found = drawn(page)
    account = next(one for one in found["nodes"] if one["kind"] == "account")
    assert (account["sign"], account["identities"], found["unread_accounts"]) == ("?", None, 1)
    assert [one["name"] for one in found["nodes"] if one["kind"] == "identity"] == ["root"]
    assert "what is in it is unknown" in page.get(PAGE).content.decode()


def test_an_impact_that_no_identity_of_an_account_has_any_more_is_not_unknown(page: Client) -> None:
    crowd("Small", 2, 4)
    Identity.objects.update(impact="B")
    account = Identity.objects.values_list("account_id", flat=True).first()
    assert drawn(page, f"{PAGE}?account={account}&impact=E")["nodes"] == []
    assert "Nothing is here any more" in page.get(f"{PAGE}?account={account}&impact=E").content.decode()
    assert kinds(drawn(page, f"{PAGE}?account={account}&impact=B"))["identity"] > 0


def test_an_impact_that_may_be_more_says_so(page: Client) -> None:
    crowd("Small", 3, 4)
    Identity.objects.filter(pk=min(Identity.objects.values_list("pk", flat=True))).update(
        impact_least=True, impact="C"
    )
    signs = {one["sign"] for one in drawn(page)["nodes"] if one["kind"] == "identity"}
    assert "C+" in signs


def test_a_tag_and_an_environment_narrow_it(page: Client) -> None:
    blue = crowd("Blue", 4, 4, seed=1, tags=("blue",))
    red = crowd("Red", 6, 4, seed=2, tags=("red",))
    assert drawn(page)["accounts"] == 10
    assert drawn(page, f"{PAGE}?tag=blue")["identities"] == blue.identities
    assert drawn(page, f"{PAGE}?connection={red.connection.id}")["identities"] == red.identities
    assert drawn(page, f"{PAGE}?tag=green")["nodes"] == []
    assert "Nothing matches the filters" in page.get(f"{PAGE}?tag=green").content.decode()
    Connection.objects.filter(id=blue.connection.id).update(enabled=False)
    assert drawn(page)["identities"] == red.identities, "what is off is shown nowhere"


@pytest.mark.parametrize(
    "query",
    [
        {"account": "nothing"},
        {"unit": "Root / Nowhere"},
        {"skip": "99999999999999999999"},
        {"skip": "-1"},
        {"skip": "x", "impact": "Z"},
        {"open": "arn:none", "of": "x"},
        {"account": HOSTILE, "unit": HOSTILE},
    ],
    ids=str,
)
def test_an_address_that_leads_nowhere_is_no_error(page: Client, query: dict[str, str]) -> None:
    crowd("Small", 3, 4)
    answer = page.get(f"{PAGE}?{urlencode(query)}")
    assert answer.status_code == 200
    assert HOSTILE not in answer.content.decode()
    assert page.get(f"{NODES}?{urlencode(query)}").status_code == 200


def test_hostile_names_are_text(page: Client) -> None:
    small = crowd(HOSTILE, 3, 4)
    Identity.objects.update(name=HOSTILE, account_name=HOSTILE)
    small.connection.accounts.update(name=HOSTILE, unit_path=f"Root / {HOSTILE}")
    for address in (PAGE, "/"):
        text = page.get(address).content.decode()
        assert HOSTILE not in text
        assert "&lt;img src=x" in text
    assert page.get(NODES)["Content-Type"] == "application/json"
    assert page.get(NODES)["X-Content-Type-Options"] == "nosniff"


def test_it_is_saved_as_a_file(page: Client) -> None:
    crowd("Small", 3, 4)
    assert (
        page.get(f"{NODES}?download=1")["Content-Disposition"] == 'attachment; filename="organization.json"'
    )


def test_before_anything_was_judged_it_says_so(page: Client) -> None:
    assert "Nothing was judged yet" in page.get(PAGE).content.decode()


def member(number: int, letters: str, unit: str = "Root") -> Member:
    counts = Counter(letters)
    groups = tuple(Group(one, False, Tally(counts[one])) for one in sorted(counts, reverse=True))
    return Member("c", f"{number:012}", f"account {number}", unit, groups)


def test_room_goes_to_the_gravest_first() -> None:
    shown = [member(1, "EEEDDA"), member(2, "EEB"), member(3, "CCCC")]
    told = [[(part.group.letter, part.singles) for part in parts] for parts in spread(shown, 9)]
    # six groups; three more nodes: two open the E of the first, one that of the second
    assert told == [[("E", 3), ("D", 0), ("A", 1)], [("E", 2), ("B", 1)], [("C", 0)]]
    assert spread(shown, 2) == [[], spread(shown, 2)[1], []], (
        "an account for which there is no room stays closed"
    )
    assert spread(shown, 0) == [[], [], []]


@pytest.mark.parametrize(
    ("most", "expected"),
    [(5, ["Root / A / X", "Root / A / Y", "Root / B"]), (2, ["Root / A", "Root / B"]), (1, ["Root"])],
)
def test_accounts_are_grouped_by_unit_as_deep_as_there_is_room(most: int, expected: list[str]) -> None:
    left = [
        member(n, "A", unit)
        for n, unit in enumerate(["Root / A / X", "Root / A / Y", "Root / B", "Root / A / X"])
    ]
    found = rests(left, "", most)
    assert [one.unit for one in found] == expected
    assert sum(len(one.members) for one in found) == 4


def test_accounts_of_one_unit_stay_together() -> None:
    left = [member(n, "A", "Root / B") for n in range(3)]
    assert rests(left, "Root / B", 10) == [Rest("c", "Root / B", left)]
    assert rests([], "", 10) == []


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("short", 100, "short"),
        ("a-rather-long-name", 72, "a-ra\u2026-name"),
        ("\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57", 50, "\u6f22\u2026\u5b57"),
        ("", 10, ""),
    ],
)
def test_long_names_are_shortened_in_the_middle(text: str, room: float, expected: str) -> None:
    assert shortened(text, room) == expected
    assert cells(expected) * 7.2 <= room


def test_a_focus_is_its_own_address() -> None:
    asked = {"unit": "Root / A", "account": "1" * 12, "impact": "E", "skip": "40"}
    assert Focus.of(asked).query() == asked
    assert Focus.of(
        {key: value[0] for key, value in parse_qs(urlencode(Focus.of(asked).query())).items()}
    ) == Focus.of(asked)
    assert Focus.of({"impact": "E"}).impact == "", "impact is of an account's identities"
