"""The page of one identity: its parts each with an address, what is known, and what is not and why."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.access import AccessIndex, open_index
from cloud_entitlements.access.index.universe import actions_like
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access import opened
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.identities import about as looked_up
from cloud_entitlements.server.identities import reached_by
from cloud_entitlements.server.identities.drawing import cut, printable
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations.models import Recommendation
from cloud_entitlements.server.recommendations.policies import settings_of

from .identities_world import CONNECTION, HALF, HOSTILE, MANY, RESERVED, SET, SHOP, arn, judged, published

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
ADA, BOSS, ODD = arn("user/ada"), arn("role/boss"), arn("role/odd")
OPS, ROOT, CARL = arn("group/ops"), arn("root"), arn("user/carl", HALF)
LINKED = arn("role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX")
RESERVED_ROLE = arn(f"role{RESERVED}{SET}")
EVERYBODY = [
    ADA, arn("user/bob"), arn(f"user/{HOSTILE}"), arn("user/many"), arn("user/young"), OPS, arn("group/empty"), BOSS,
    ODD, LINKED, RESERVED_ROLE, ROOT, CARL, arn("root", HALF),
]  # fmt: skip
PARTS = ("recommendations", "general", "permissions", "path")
Look = Callable[..., str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    published(folder)
    return folder


@pytest.fixture
def analysis(made: Path, transactional_db: Any) -> Iterator[Analysis]:
    yield judged(made)
    opened.forget()
    reached_by._directory.cache_clear()
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


@pytest.fixture
def look(page: Client, analysis: Analysis) -> Look:
    """`look(arn, part, …)`: the page's text; `status` is what it answers with."""

    def looked(of: str, part: str = "recommendations", status: int = 200, **more: str) -> str:
        answer = page.get(f"/identity/?{urlencode({'arn': of, 'part': part, **more})}")
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer.content.decode()

    return looked


def words(found: str) -> str:
    """What a reader sees of the content."""
    main = found.partition('<main id="main"')[2]
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", main).split()))


@pytest.mark.parametrize(
    "address",
    [
        *(f"/identity/?{urlencode({'arn': ADA, 'part': part})}" for part in PARTS),
        f"/identity/path.svg?{urlencode({'arn': ADA})}",
        f"/identity/path.json?{urlencode({'arn': ADA})}",
    ],
)
def test_nobody_sees_it_who_is_not_signed_in(address: str, analysis: Analysis) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_nobody_acknowledges_who_is_not_signed_in(analysis: Analysis) -> None:
    row = Recommendation.objects.filter(arn=CARL, state="suggested").first()
    assert row is not None
    given = {"arn": CARL, "connection": CONNECTION, "row": str(row.pk), "reason": "no"}
    assert Client().post("/identity/acknowledge/", given).status_code == 302
    somebody = Client(enforce_csrf_checks=True)
    somebody.force_login(User.objects.create_user("viewer"))
    assert somebody.post("/identity/acknowledge/", given).status_code == 403, "without the page's token"
    assert not Recommendation.objects.filter(state="acknowledged").exists()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_everybody_opens_and_hostile_names_are_text(look: Look, part: str) -> None:
    for one in EVERYBODY:
        found = look(one, part)
        assert HOSTILE not in found, one
        assert " style=" not in found
        assert "<script>" not in found
        assert re.search(r'<a href="[^"]*" aria-current="page">', found.partition('class="tabs"')[2]), one


def test_an_unheard_of_part_is_the_first_one(look: Look) -> None:
    assert 'aria-label="Recommendations"' in look(ADA, "nothing")


# Recommendations


def test_a_recommendation_shows_evidence_the_marked_statement_and_the_fix(look: Look) -> None:
    found = look(ADA)
    article = found[
        found.index('id="administrator"') : found.index("</article>", found.index('id="administrator"'))
    ]
    told = unescape(re.sub(r"<[^>]*>", "", article))
    assert "arn:aws:iam::aws:policy/AdministratorAccess through group ops" in told
    marked = unescape("".join(re.findall(r'marked allow">.*?<mark>(.*?)</mark>', article)))
    assert '"Action": "*"' in marked
    assert "Version" not in marked
    assert "aws iam remove-user-from-group --user-name ada --group-name ops" in told
    assert "AdministratorAccess through group ops'" not in told, "what is pasted names the policy alone"


def test_the_gravest_stand_first(look: Look) -> None:
    found = look(ADA)
    shown = re.findall(r'<article class="found (\w+)"', found)
    assert shown == sorted(shown, key=["high", "medium", "low"].index)
    assert len(shown) > 2


def test_what_it_passes_is_stopped_at_or_unknown_stands_with_its_reason(look: Look) -> None:
    told = words(look(ADA))
    assert f"User without MFA passes MFA device arn:aws:iam::{SHOP}:mfa/ada" in told
    stopped = words(look(BOSS))
    assert re.search(r"Administrator access is stopped It can't give permissions: .*boundary", stopped)
    unknown = words(look(CARL))
    assert re.search(r"User without MFA unknown Not read: credential report", unknown)
    assert "Password policy" not in words(look(BOSS)), "what is not asked of roles"


def test_every_criterion_that_is_asked_is_told_once(look: Look) -> None:
    asked = {one.id for one in settings_of(CONNECTION).asked(_criteria()) if "user" in one.types}
    found = look(ADA)
    told = re.findall(r'<article class="found \w+" id="([\w-]+)"', found)
    told += re.findall(r'<tr><td><a href="/recommendations/([\w-]+)/">', found)
    assert sorted(told) == sorted(asked)


def _criteria() -> Any:
    from cloud_entitlements.criteria import CRITERIA

    return CRITERIA


def test_who_is_exempt_is_judged_and_nothing_is_recommended(look: Look) -> None:
    told = words(look(LINKED))
    assert "Exempt : service-linked" in told
    assert "Administrator access fails, exempt" in told
    assert "Nothing is recommended" in told


def test_what_was_followed_stays_with_its_dates(look: Look) -> None:
    row = Recommendation.objects.filter(arn=ADA).first()
    assert row is not None
    Recommendation.objects.filter(pk=row.pk).update(
        state="followed", resolved_at="2026-11-20T00:00:00Z", resolved_because="mended"
    )
    told = words(look(ADA))
    assert "Followed and past 1" in told
    assert re.search(r"Followed 2026-11-25 2026-11-20 it was mended", told)


def _row(of: str, criterion: str = "administrator") -> Recommendation:
    return Recommendation.objects.get(arn=of, criterion=criterion)


def test_acknowledging_needs_a_reason_and_loses_nothing_that_was_typed(page: Client, look: Look) -> None:
    given = {"arn": ADA, "connection": CONNECTION, "row": str(_row(ADA).pk), "until": "2099-01-02"}
    answer = page.post("/identity/acknowledge/", given)
    assert answer.status_code == 422
    found = answer.content.decode()
    assert "A reason is missing" in words(found)
    assert 'value="2099-01-02"' in found
    assert found.count('<details class="more" open>') == 1
    wrong = page.post("/identity/acknowledge/", {**given, "reason": "kept", "until": "soon"})
    assert wrong.status_code == 422
    assert ">kept</textarea>" in wrong.content.decode()
    assert _row(ADA).state == "suggested"


def test_acknowledged_is_said_by_whom_and_until_and_can_be_undone(page: Client, look: Look) -> None:
    given = {"arn": ADA, "connection": CONNECTION, "row": str(_row(ADA).pk)}
    answer = page.post(
        "/identity/acknowledge/",
        {**given, "reason": f"break glass {HOSTILE}", "until": "2099-01-02"},
        follow=True,
    )
    found = answer.content.decode()
    assert HOSTILE not in found
    assert re.search(r"Acknowledged \S+ by ada, until 2099-01-02: break glass", words(found))
    assert Identity.objects.get(arn=ADA).high == len(re.findall(r'article class="found high"', found)) - 1
    page.post("/identity/acknowledge/", {**given, "undo": "1"})
    assert _row(ADA).state == "suggested"


@pytest.mark.parametrize("row", ["", "x", "0", "9" * 30, "-1"])
def test_a_row_that_is_none_of_its_own_changes_nothing(page: Client, look: Look, row: str) -> None:
    other = str(_row(CARL).pk)
    for one in (row, other):
        given = {"arn": ADA, "connection": CONNECTION, "row": one, "reason": "why not"}
        assert page.post("/identity/acknowledge/", given).status_code == 302
    assert not Recommendation.objects.filter(state="acknowledged").exists()


# General


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (ADA, ["Groups ops , nobody-read not read", "team=blue", "Console password yes", "Last login 2026-11-19 09:00",
               "Password changed 2026-01-02", "MFA active by the credential report", "mfa/ada virtual", "AKIAOLD Active 730 days 2026-11-18",
               "AKIAOFF Inactive 24 days never", "Access keys 2", "reading inline inline Show",
               "AdministratorAccess AWS managed through group ops Show", "NoSns", "Permissions boundary None."]),
        (arn("user/bob"), ["Groups none", "Tags none", "Console password none", "Access keys 0 None.", "Policies that it holds 0"]),
        (arn("user/young"), ["Password not known : it is younger than the account's credential report"]),
        (OPS, ["Members ada", "AdministratorAccess AWS managed attached", "Groups have none"]),
        (arn("group/empty"), ["Members none: nobody gets what it gives"]),
        (BOSS, ["Last used 2026-11-20 09:00 UTC", "Lets in the account arn:aws:iam::100000000001:root", "(account-100000000001)",
                "the role arn:aws:iam::333333333333:role/vendor , if StringEquals sts:ExternalId <img",
                "Lets in the AWS service ec2.amazonaws.com", f"arn:aws:iam::{SHOP}:policy/edge Show", "Instance profiles none"]),
        (ODD, ["never in the 400 days", "NotCollected AWS managed attached not read: it may give anything"]),
        (LINKED, ["None hold for service-linked roles"]),
        (RESERVED_ROLE, ["Who reaches it through Identity Center 2", "<img-src=x-onerror=alert(1)> user Power",
                         "Operators group Power Grace Hopper, Joan Clarke"]),
        (ROOT, ["Console password AWS does not tell of root", "never, as far as AWS kept it", "MFA devices none", "Root needs none"]),
    ],
    ids=lambda given: given.rpartition("/")[2] if isinstance(given, str) else "",
)  # fmt: skip
def test_general_information_of_each_type(look: Look, of: str, told: list[str]) -> None:
    found = words(look(of, "general"))
    for one in told:
        assert one in found


def test_what_was_not_read_says_so_and_why(look: Look) -> None:
    found = words(look(CARL, "general"))
    why = ": iam:{call} : AWS denied the call"
    assert f"Password not known {why.format(call='GenerateCredentialReport')}" in found
    assert f"MFA devices not known {why.format(call='ListVirtualMFADevices')}" in found
    assert f"Access keys Not known {why.format(call='ListAccessKeys')}" in found
    assert "MFA devices none" not in found
    permissions = words(look(CARL, "permissions"))
    assert "Entitlement score: not known" in permissions
    assert (
        "When each was used last is not known: iam:GenerateServiceLastAccessedDetails : AWS denied the call"
        in permissions
    )
    assert "never in 400 days" not in permissions


def test_a_policys_document_has_an_address_of_its_own(look: Look, analysis: Analysis) -> None:
    found = look(ADA, "general")
    (address,) = re.findall(r'<a href="([^"]*)" aria-label="Show reading"', found)
    shown = look(ADA, "general", policy=address.partition("policy=")[2].partition("#")[0])
    assert '"Sid": "Reading"' in unescape("".join(re.findall(r"<mark>(.*?)</mark>", shown)))
    assert shown.count('<details class="document" open>') == 1
    assert '<details class="document" open>' not in look(ADA, "general", policy="0" * 64)
    assert '<details class="document" open>' not in look(ADA, "general", policy="../../etc/passwd")


def test_whoever_reaches_a_role_is_not_known_where_identity_center_was_not_read(
    page: Client, tmp_path: Path, transactional_db: Any
) -> None:
    published(tmp_path, identity_center=False)
    judged(tmp_path)
    address = f"/identity/?{urlencode({'arn': RESERVED_ROLE, 'part': 'general'})}"
    told = words(page.get(address).content.decode())
    assert "Who reaches it through Identity Center Not known in full" in told
    assert "Nobody: no assignment leads to it" not in told
    opened.forget()
    reached_by._directory.cache_clear()


# Permissions


def _index(analysis: Analysis) -> AccessIndex:
    folder = settings.SNAPSHOTS_DIR / CONNECTION / analysis.snapshot_id
    return open_index(Snapshot.open(folder), settings.DATA_DIR / "cache")


def _services(found: str) -> dict[str, list[str]]:
    """Cells of each row, by service."""
    rows = re.findall(r"<tr>(<td>.*?)</tr>", found.partition('class="of-services"')[2], re.DOTALL)
    cells = [
        [
            unescape(re.sub(r"<[^>]*>", "", one)).strip()
            for one in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in rows
    ]
    return {one[0]: one[1:] for one in cells}


def test_services_are_counted_as_the_index_counts(look: Look, analysis: Analysis) -> None:
    found = _services(look(ADA, "permissions", all="1"))
    sets = _index(analysis).actions_of(ADA)
    assert sets is not None
    assert len(found) > 400
    for name in ("iam", "s3", "sqs", "ec2"):
        mask = actions_like(f"{name}:*")
        counts = [(some & mask).bit_count() for some in (sets.possible, sets.broad, sets.certain)]
        assert [int(one) for one in found[name][1:4]] == counts, name
    assert "sns" not in found, "a control policy takes it"
    assert next(iter(found)) in ("iam", "organizations", "sso", "identitystore"), "the gravest stand first"


def test_a_long_list_is_cut_with_its_count_and_whole_on_demand(look: Look) -> None:
    found = look(ADA, "permissions")
    assert len(_services(found)) == 50
    (total,) = re.findall(r"50 of (\d+)", words(found))
    assert len(_services(look(ADA, "permissions", all="1"))) == int(total)


@pytest.mark.parametrize(
    ("used", "names"),
    [("30", {"s3"}), ("60", {"sqs"}), ("earlier", {"iam"}), ("never", {"ec2"}), ("90", set())],
)
def test_last_use_is_a_filter(look: Look, used: str, names: set[str]) -> None:
    found = look(ADA, "permissions", used=used)
    assert set(_services(found)) == names
    assert "iam:PassRole" in words(found), "what AWS can't see stands beside what is unused"
    assert "docs.aws.amazon.com" in found


def test_what_was_used_and_is_not_granted_is_told(look: Look) -> None:
    told = words(look(BOSS, "permissions"))
    assert re.search(r"sns not granted now: it was, or the attempt was denied 2026-11-20", told)


def test_impact_and_score_are_worked_out_in_sight(look: Look) -> None:
    found = words(look(ADA, "permissions"))
    row = Identity.objects.get(arn=ADA)
    assert f"Why the impact is {row.impact}" in found
    assert f"Entitlement score {row.score} of 100" in found
    points = re.findall(r"(\w[\w-]*:\w+) all .*? (\d+) (?:[a-z].*?)?(\d) (\d+) ", found)
    assert points
    assert all(int(one[3]) >= 8 for one in points)
    assert re.search(r"Of \d+ dangerous actions that it has, \d+ were not used since 2026-08-27", found)


def test_a_policy_that_was_not_read_is_said_and_gives_nothing_that_is_listed(look: Look) -> None:
    found = look(ODD, "permissions")
    assert "Not every policy was read: arn:aws:iam::aws:policy/NotCollected" in words(found)
    assert set(_services(found)) == {"sqs"}


# Access path


def _json(page: Client, of: str, **more: str) -> dict[str, Any]:
    answer = page.get(f"/identity/path.json?{urlencode({'arn': of, **more})}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


@pytest.mark.parametrize("of", EVERYBODY)
def test_the_picture_the_list_and_the_files_have_the_same_nodes(page: Client, look: Look, of: str) -> None:
    data = _json(page, of)
    ids = [one["id"] for one in data["nodes"]]
    assert len(ids) == len(set(ids)) <= 200
    assert {end for one in data["edges"] for end in (one["source"], one["target"])} <= set(ids)
    assert all(one["title"] for one in (*data["nodes"], *data["edges"]))
    found = look(of, "path")
    assert found.count("data-node") == len(ids)
    assert found.count("<title>") - 1 >= len(ids) + len(data["edges"])
    listed = found.partition('id="list"')[2]
    for one in data["nodes"]:
        if one["kind"] != "identity":
            assert unescape(listed).count(one["label"])
    answer = page.get(f"/identity/path.svg?{urlencode({'arn': of})}")
    assert answer["Content-Disposition"] == 'attachment; filename="access-path.svg"'
    picture = ET.fromstring(answer.content)
    nodes = [one for one in picture.iter() if one.get("class", "").startswith("node ")]
    assert len(nodes) == len(ids)
    assert "href" not in answer.content.decode()


def _of(data: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in data["nodes"] if one["kind"] == kind}


def test_the_path_leads_through_groups_policies_and_limits_to_services(page: Client, look: Look) -> None:
    data = _json(page, ADA)
    edges = {(one["source"], one["target"]) for one in data["edges"]}
    assert {("identity", "group:ops"), ("group:ops", "policy:1"), ("identity", "policy:0")} <= edges
    policies = _of(data, "policy")
    assert policies["policy:1"]["label"] == "AdministratorAccess"
    assert policies["policy:0"]["label"] == "reading"
    assert [one["label"] for one in policies.values() if one["dashed"]] == ["group nobody-read"]
    assert ("group:nobody-read", "policy:2") in edges
    assert ("policy:1", "service:iam") in edges
    assert _of(data, "service")["service:iam"]["impact"] == "E"
    assert data["not_read"] == ["group nobody-read"]


def test_what_limits_it_says_what_it_takes_and_stops(page: Client, look: Look) -> None:
    data = _json(page, BOSS)
    gates = {one["label"]: one["note"] for one in _of(data, "gate").values()}
    assert gates["Boundary edge"].startswith("takes ")
    assert set(_of(data, "service")) == {"service:s3", "service:sqs"}
    (stopped,) = _of(data, "stopped").values()
    assert stopped["count"] > 400
    assert "Boundary edge stops all of" in stopped["title"]
    s3 = _of(data, "service")["service:s3"]
    assert int(s3["note"].split()[0]) == actions_like("s3:*").bit_count() - 1, "the boundary denies one"


def test_what_only_conditions_give_is_dashed(page: Client, look: Look) -> None:
    edges = {(one["source"], one["target"]): one for one in _json(page, arn("user/young"))["edges"]}
    assert not edges["policy:0", "service:s3"]["dashed"]
    ada = {(one["source"], one["target"]): one for one in _json(page, ADA, services="all")["edges"]}
    assert ada["policy:0", "service:sqs"]["dashed"]
    assert "under conditions" in ada["policy:0", "service:sqs"]["title"]
    assert not ada["policy:1", "service:sqs"]["dashed"]


def test_neighbours_alike_are_grouped_with_a_count_and_unfold_by_address(page: Client, look: Look) -> None:
    few = _json(page, arn("user/many"))
    assert len(_of(few, "policy")) == len(_of(few, "service")) == 12
    assert _of(few, "policy")["policies"]["count"] == len(MANY) - 11
    assert few["grouped"] >= 2 * (len(MANY) - 12)
    every = _json(page, arn("user/many"), policies="all", services="all")
    assert len(_of(every, "policy")) == len(MANY)
    assert "services" not in _of(every, "service")
    found = look(arn("user/many"), "path")
    assert re.search(r'href="/identity/\?[^"]*services=all"', found)
    assert "Fold it again" in look(arn("user/many"), "path", services="all")


def test_even_unfolded_there_are_two_hundred_nodes_at_most(page: Client, look: Look) -> None:
    data = _json(page, ADA, policies="all", services="all")
    assert 150 < len(data["nodes"]) <= 200
    assert _of(data, "service")["services"]["count"] > 200, "the rest is told as a number"


@pytest.mark.parametrize(
    ("of", "at", "told"),
    [
        (ADA, "policy:1", ["through group ops", "What comes through of it", "iam:", "aws iam remove-user-from-group --user-name ada --group-name ops"]),
        (ADA, "policy:0", ["Reading", "aws iam delete-user-policy --user-name ada --policy-name reading"]),
        (BOSS, "policy:0", ["aws iam detach-role-policy --role-name boss --policy-arn arn:aws:iam::aws:policy/AdministratorAccess"]),
        (BOSS, "gate:0", ["Boundary edge takes", "What it takes, by service", "Statement[1]"]),
        (BOSS, "service:s3", ["Last used: never in 400 days", "Given by", "AdministratorAccess", "Each action with its proof"]),
        (OPS, "policy:0", ["aws iam detach-group-policy --group-name ops"]),
    ],
)  # fmt: skip
def test_a_node_is_told_in_full_under_an_address(look: Look, of: str, at: str, told: list[str]) -> None:
    found = look(of, "path", at=at)
    drawer = found[found.index('<aside id="drawer"') :]
    assert "hidden" not in drawer[:80]
    shown = words(f'<main id="main" {drawer}')
    for one in told:
        assert one in shown
    assert found.count('aria-current="true"') == 1


@pytest.mark.parametrize(
    "at", ["policy:99", "policy:", "policy:x", "gate:-1", "service:none", "stopped:gate:0", "x", "\x00"]
)
def test_a_node_that_is_not_there_opens_nothing(look: Look, at: str) -> None:
    found = look(ADA, "path", at=at)
    assert '<aside id="drawer" class="drawer" aria-label="Details" hidden>' in found


def test_nothing_of_awss_own_roles_is_offered_to_be_taken_away(look: Look) -> None:
    assert "aws iam detach" not in look(LINKED, "path", at="policy:0")
    assert "aws iam detach" not in look(RESERVED_ROLE, "path", at="policy:0")


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 10, "short"),
        ("a-role-with-a-long-name", 11, "a-role…name"),
        ("一二三四五六七八", 9, "一二…七八"),
        ("a\x00b\x1b[31m", 20, "a�b�[31m"),
    ],
)
def test_names_are_cut_in_the_middle_and_hold_only_what_xml_may(text: str, most: int, shown: str) -> None:
    assert cut(text, most) == shown
    ET.fromstring(f"<a>{printable(text)}</a>")


# States


@pytest.mark.parametrize(
    ("of", "near"),
    [
        (arn("user/ad"), [ADA]),
        (arn("role/wrong/path/boss"), [BOSS]),
        ("boss", [BOSS]),
        ("", []),
        ("arn:aws:iam::1:user/nobody-like-this", []),
        (f"{HOSTILE}{HOSTILE}", []),
        ("x" * 5000, []),
        ("\x00", []),
    ],
)
def test_who_is_not_there_is_said_with_those_of_a_like_name(look: Look, of: str, near: list[str]) -> None:
    found = look(of, status=404)
    assert "There is no such identity" in words(found)
    assert HOSTILE not in found
    shown = re.findall(r"<li><a href=\"[^\"]*\"><code>([^<]*)</code>", found)
    assert set(near) <= set(shown)
    assert bool(near) == bool(shown)


def test_files_of_who_is_not_there_are_not_found(page: Client, analysis: Analysis) -> None:
    for name in ("path.svg", "path.json"):
        assert page.get(f"/identity/{name}?arn=none").status_code == 404


def test_what_is_switched_off_says_so(page: Client, look: Look) -> None:
    made = Connection.objects.create(type="account", name="off", enabled=False)
    Identity.objects.update(connection_id=str(made.id))
    Analysis.objects.update(connection_id=str(made.id), name="Larkspur")
    found = look(ADA, status=404)
    assert "Larkspur is switched off" in words(found)
    assert page.get(f"/identity/path.json?{urlencode({'arn': ADA})}").status_code == 404


def test_while_the_latest_snapshot_is_judged_it_says_so(look: Look) -> None:
    Analysis.objects.update(snapshot_id="earlier")
    found = words(look(arn("user/new"), status=404))
    assert "the latest snapshot is being judged" in found
    assert "judging the latest snapshot" in words(look(ADA))


def test_a_snapshot_that_is_gone_leaves_what_is_known(look: Look, analysis: Analysis) -> None:
    Analysis.objects.update(snapshot_id="gone")
    told = words(look(ADA, "general"))
    assert "The snapshot that it was judged by is not there any more" in told
    assert "Administrator access" in words(look(ADA)), "recommendations are kept elsewhere"


def test_whom_the_snapshot_does_not_have_is_told_from_before(look: Look) -> None:
    Identity.objects.filter(arn=ADA).update(arn=arn("user/lost"), stale_since="2026-11-20T00:00:00Z")
    told = words(look(arn("user/lost"), "general"))
    assert "It could not be read again since 2026-11-20" in told
    assert "The snapshot does not have it: its account was read in part" in told


def test_while_the_snapshot_is_opened_its_progress_is_shown(
    page: Client, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = Event()

    def slow(*given: Any) -> AccessIndex:
        assert go.wait(30)
        return open_index(*given)

    opened.forget()
    monkeypatch.setattr(opened, "open_index", slow)
    monkeypatch.setattr(looked_up, "PATIENCE_SECONDS", 0.05)
    for part in ("general", "permissions", "path"):
        assert "Opening the snapshot for the first time" in words(look(ADA, part, 202))
    told = words(look(ADA))
    assert "Administrator access" in told, "recommendations wait for nothing"
    assert "appear once the snapshot is open" in told
    assert page.get(f"/identity/path.json?{urlencode({'arn': ADA})}").status_code == 404
    go.set()
    monkeypatch.setattr(looked_up, "PATIENCE_SECONDS", 30)
    assert "Console password" in words(look(ADA, "general"))


def test_an_index_that_can_not_be_made_says_why(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any) -> AccessIndex:
        raise OSError(28, "No space left on device")

    opened.forget()
    monkeypatch.setattr(opened, "open_index", full)
    told = words(look(ADA, "path", 503))
    assert "No space left on device" in told
    assert "make room in the data folder" in told.lower()
    opened.forget()


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (ADA, "Last used"),
        (arn("user/bob"), "no use seen as far back as AWS tells"),
        (arn("user/young"), "Last used not known"),
        (OPS, "Last used not known"),
        (ODD, "no use seen as far back as AWS tells"),
    ],
)
def test_no_use_is_told_from_a_use_that_is_not_known(look: Look, of: str, told: str) -> None:
    assert told in words(look(of))
    row = Identity.objects.get(arn=of)
    assert ("no use seen" in told) == (row.use_known and not row.last_used_at)
