"""*Ask access*: the question in the address, the answer with its proof, and every state between."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client

from cloud_entitlements.access import AccessIndex, Permission, Permissions, WhoCan, open_index
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy.cases import decided
from cloud_entitlements.server.access import opened, pages, permission_pages, shown
from cloud_entitlements.server.access.form import Form
from cloud_entitlements.server.access.listed import filtered
from cloud_entitlements.server.connections import commands as connecting
from cloud_entitlements.server.connections.models import Connection

from .asked import ADA, BUCKET, DEPLOY, FORMULA, HOSTILE, SHOP, TOOLS, imported, restored

pytestmark = pytest.mark.django_db
ADDRESSES = [
    "/access/",
    "/access/who-can.csv?ask=who&action=iam:ListRoles",
    "/access/opening/",
    "/access/options/principal/",
    "/access/permissions/",
    "/access/permissions.csv?principal=" + ADA,
]
NEW_USER = f"arn:aws:iam::{SHOP}:user/new"
MALLORY = f"arn:aws:iam::{SHOP}:user/{HOSTILE}/mallory"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    opened.forget()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    imported(folder)
    return folder


@pytest.fixture
def snapshot(made: Path) -> Snapshot:
    return restored(made, settings.SNAPSHOTS_DIR)


@pytest.fixture
def page() -> Client:
    """A browser of somebody who may do nothing but look."""
    client = Client()
    client.force_login(User.objects.create_user("viewer"))
    return client


@pytest.fixture
def ask(page: Client) -> Callable[..., str]:
    """`ask("can", principal=…, action=…)`: the page, whose status is `status`."""

    def asked(kind: str, status: int = 200, path: str = "/access/", **fields: str) -> str:
        answer = page.get(f"{path}?{urlencode({'ask': kind, **fields})}")
        assert answer.status_code == status, answer.content
        return answer.content.decode()

    return asked


def words(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", page).split()))


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_an_answer_without_signing_in(client: Client, snapshot: Snapshot, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401


def test_nothing_on_a_page_needs_a_looser_policy(ask: Callable[..., str], snapshot: Snapshot) -> None:
    found = ask("can", principal=ADA, action="iam:ListRoles")
    assert "<script>" not in found
    assert " style=" not in found
    assert " onclick" not in found


def test_without_a_snapshot_it_says_why_and_what_to_do(page: Client) -> None:
    answer = page.get("/access/")
    assert answer.status_code == 200
    assert "nothing was collected or imported yet" in words(answer.content.decode()).lower()
    assert 'href="/setup/aws/"' in answer.content.decode()
    assert '<form class="ask"' not in answer.content.decode()


def test_the_navigation_leads_to_the_question(page: Client, snapshot: Snapshot) -> None:
    assert b'<a href="/access/" title="Ask access">' in page.get("/").content
    found = page.get("/access/").content.decode()
    assert '<a href="/access/" aria-current="page" title="Ask access">' in found
    assert "What can be asked" in found


def test_a_denied_answer_shows_the_layer_that_blocks_level_by_level(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    found = ask("can", principal=DEPLOY, action="iam:CreateUser", resource=NEW_USER)
    told = words(found)
    assert "a Deny in the service control policies forbids it: Statement[0] of NoNewUsers" in told.replace(
        "A Deny", "a Deny"
    )
    titles = re.findall(r"<h3>([^<]*)</h3>", found)
    assert titles == ["Identity policies", "Service control policies"]
    assert "Service control policies denies this blocks it" in told
    levels = re.findall(r"(Root|Unit Apps|Account shop) [\w-]+ (lets it pass|denies)", told)
    assert levels == [("Root", "lets it pass"), ("Unit Apps", "denies"), ("Account shop", "lets it pass")]
    assert "FullAWSAccess" in told


def test_the_deciding_statement_is_marked_in_its_document(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    found = ask("can", principal=DEPLOY, action="iam:CreateUser", resource=NEW_USER)
    marked = html.unescape("".join(re.findall(r'marked deny">.*?<mark>(.*?)</mark>', found)))
    assert '"Sid": "NoUsers"' in marked
    assert "Version" not in marked
    allowed = html.unescape("".join(re.findall(r'marked allow">.*?<mark>(.*?)</mark>', found)))
    assert '"iam:*"' in allowed


def test_a_limit_that_does_not_allow_blocks(ask: Callable[..., str], snapshot: Snapshot) -> None:
    told = words(ask("can", principal=f"arn:aws:iam::{SHOP}:role/bounded", action="iam:ListRoles"))
    assert "Nothing in the permissions boundary allows it" in told
    assert "Permissions boundary does not allow this blocks it" in told
    assert f"no statement about this: permissions boundary arn:aws:iam::{SHOP}:policy/edge" in told


def test_a_conditional_answer_says_what_must_hold_and_asks_for_it(
    ask: Callable[..., str], page: Client, snapshot: Snapshot
) -> None:
    found = ask("can", principal=ADA, action="sqs:ListQueues")
    told = words(found).lower()
    assert "allowed if aws:multifactorauthpresent = true" in told
    assert "not known bool aws:multifactorauthpresent true the request has an unknown value" in told
    assert 'name="context-aws:multifactorauthpresent"' in found.lower()
    said = {"ask": "can", "principal": ADA, "action": "sqs:ListQueues", "resource": ""}
    answer = page.get(f"/access/?{urlencode({**said, 'context-aws:multifactorauthpresent': 'true'})}")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["context"] == ["aws:multifactorauthpresent=true"]
    assert "With this context" in words(page.get(answer["Location"]).content.decode())


def test_only_what_gives_is_named_as_the_reason(ask: Callable[..., str], snapshot: Snapshot) -> None:
    """A control policy lets pass, and gives nothing."""
    own = words(ask("can", principal=DEPLOY, action="iam:ListRoles"))
    assert "Whatever the circumstances, by Statement[0] of inline policy inline-0 ." in own
    root = words(ask("can", principal=f"arn:aws:iam::{SHOP}:root", action="iam:ListRoles"))
    assert "for root has every permission in its account" in root
    nothing = words(ask("can", principal=ADA, action="s3:ListAllMyBuckets"))
    assert "Conditional" in nothing
    assert "What allows it" not in nothing
    assert "no policy governs it" in words(ask("can", principal=ADA, action="sts:GetCallerIdentity"))


def test_a_session_is_told_by_its_roles_policies(ask: Callable[..., str], snapshot: Snapshot) -> None:
    session = f"arn:aws:sts::{SHOP}:assumed-role/deploy/me"
    found = ask("can", principal=session, action="iam:ListRoles")
    assert "by Statement[0] of inline policy inline-0" in words(found)
    assert "&quot;iam:*&quot;" in found


def test_each_request_of_a_call_has_its_own_chain(ask: Callable[..., str], snapshot: Snapshot) -> None:
    """Tags that are passed to a session are a request of their own."""
    found = ask(
        "can",
        principal=f"arn:aws:iam::{TOOLS}:role/worker-000",
        action="sts:AssumeRole",
        resource=DEPLOY,
        context="aws:RequestTag/team=x",
    )
    assert "Each request of this call" in found
    assert "sts:TagSession on" in words(found)
    assert found.count('<ol class="chain">') == 3


def test_an_action_that_aws_does_not_know_is_told_with_the_nearest(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    for found in (ask("can", principal=ADA, action="iam:ListRole"), ask("who", action="iam:ListRole")):
        assert (
            "no action iam:ListRole : it was matched by its name alone; did you mean iam:ListRoles"
            in words(found)
        )


def test_what_was_not_read_stays_open(ask: Callable[..., str], snapshot: Snapshot) -> None:
    told = words(ask("can", principal="arn:aws:iam::999999999999:user/x", action="iam:ListRoles"))
    assert "Conditional" in told
    assert "Not known: the principal's own policies, or a group's; the permissions boundary" in told
    assert told.count("Not read: it may forbid it.") == 2
    assert told.count("Not read: it may allow it, and it may forbid it.") == 1


def test_a_shared_address_has_no_empty_fields(page: Client, snapshot: Snapshot) -> None:
    answer = page.get("/access/?ask=who&principal=&action=iam%3AListRoles&resource=&connection=")
    assert answer["Location"] == "/access/?ask=who&action=iam%3AListRoles"


def test_the_same_question_is_given_for_a_shell(ask: Callable[..., str], snapshot: Snapshot) -> None:
    found = ask(
        "can",
        principal=ADA,
        action="sqs:listqueues",
        context="aws:PrincipalTag/a b=it's; rm\n",
        resource_account=SHOP,
    )
    (line,) = {html.unescape(one) for one in re.findall(r'data-copy="([^"]*)"', found)}
    assert line == (
        f"ciem can {ADA} sqs:ListQueues --context 'aws:PrincipalTag/a b=it'\"'\"'s; rm' --resource-account {SHOP}"
    )
    (line,) = re.findall(r'data-copy="([^"]*)"', ask("who", action="iam:ListRoles", resource="*"))
    assert line == "ciem who-can iam:ListRoles"


def test_a_question_to_another_snapshot_says_so_in_the_line(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    imported(settings.SNAPSHOTS_DIR, "second", standalone=True)
    found = ask("can", principal=ADA, action="iam:ListRoles", connection=snapshot.manifest.connection_id)
    assert f"--snapshot {snapshot.folder}" in html.unescape(found)
    assert re.search(r'<option value="import-\w+" selected>audit \(import\)', found)
    assert "--snapshot" not in ask("can", principal=ADA, action="iam:ListRoles")


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"principal": "ada", "action": "iam:ListRoles"}, "principal", "is no principal"),
        ({"principal": ADA, "action": "iam:*"}, "action", "stands for many actions"),
        ({"principal": ADA, "action": ""}, "action", "the action is empty"),
        ({"principal": ADA, "action": "s3:GetObject", "resource": "b"}, "resource", "is no arn"),
        ({"principal": ADA, "action": "s3:GetObject", "context": "mfa"}, "context", "is not key=value"),
        (
            {"principal": ADA, "action": "s3:GetObject", "resource_account": "1"},
            "resource_account",
            "no account",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    ask: Callable[..., str], snapshot: Snapshot, fields: dict[str, str], field: str, text: str
) -> None:
    given = {name: value for name, value in fields.items() if value}
    found = ask("can", 422, **given)
    beside = re.search(rf'<div id="{field}-problem".*?</div>\s*</div>', found, re.DOTALL)
    assert beside
    assert text in words(beside[0]).lower().replace("`", "")
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', found)
    assert all(html.escape(value) in found for value in given.values()), "what was typed stays"


def test_a_name_alone_leads_to_the_principal(ask: Callable[..., str], snapshot: Snapshot) -> None:
    found = ask("can", 422, principal="deploy", action="iam:ListRoles")
    address = f"/access/?{urlencode({'ask': 'can', 'principal': DEPLOY, 'action': 'iam:ListRoles'})}"
    assert f'<a href="{html.escape(address)}">' in found


def test_a_principal_that_is_not_there_leads_to_those_with_its_name(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    told = words(ask("can", 404, principal=f"arn:aws:iam::{SHOP}:user/deploy", action="iam:ListRoles"))
    assert "There is no such principal" in told
    assert f"Did you mean {DEPLOY}" in told


def test_names_from_aws_are_escaped_everywhere(
    ask: Callable[..., str], page: Client, snapshot: Snapshot
) -> None:
    proof = ask("can", principal=MALLORY, action="s3:ListAllMyBuckets")
    assert f"inline policy {html.escape(HOSTILE)}" in proof
    everybody = ask("who", action="s3:ListAllMyBuckets")
    options = page.get("/access/options/principal/?principal=mallory").content.decode()
    lost = ask("can", 404, principal=f"arn:aws:iam::{SHOP}:user/{HOSTILE}/nobody", action="iam:ListRoles")
    wrong = ask("can", 422, principal=HOSTILE, action=HOSTILE, resource=HOSTILE, context=HOSTILE)
    for found in (proof, everybody, options, lost, wrong):
        assert html.escape(HOSTILE) in found
        assert "<img" not in found


def test_who_may_is_counted_listed_and_linked_to_each_proof(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    found = ask("who", action="iam:ListRoles")
    assert re.search(r"Certain 6 .*Conditional 1 .*Incomplete 0 ", words(found))
    assert "Identities 7" in words(found)
    grace = f"arn:aws:iam::{SHOP}:user/grace"
    proof = f"/access/?{urlencode({'ask': 'can', 'principal': grace, 'action': 'iam:ListRoles'})}"
    assert f'href="{html.escape(proof)}" data-open aria-label="Why grace"' in found
    assert "aws:multifactorauthpresent = true" in found.lower()


def test_who_may_is_filtered_by_certainty_and_by_group(
    ask: Callable[..., str], page: Client, snapshot: Snapshot
) -> None:
    found = ask("who", action="iam:ListRoles", certainty="conditional")
    assert re.findall(r'aria-label="Why ([^"]*)"', found) == ["grace"]
    assert "Identities 1 of 7" in words(found)
    groups = re.findall(r'<td><a href="([^"]*group=[^"]*)">(\d+)</a>', ask("who", action="iam:ListRoles"))
    assert sorted(count for _, count in groups) == ["1", "6"]
    for address, count in groups:
        listed = page.get(html.unescape(address)).content.decode()
        assert len(re.findall(r'aria-label="Why ', listed)) == int(count)
    assert "Nothing matches the filter" in ask("who", action="iam:ListRoles", certainty="incomplete")


def test_a_long_list_goes_on_from_page_to_page(
    ask: Callable[..., str], page: Client, snapshot: Snapshot
) -> None:
    found = ask("who", action="sns:Publish", resource=f"arn:aws:sns:eu-west-1:{TOOLS}:t")
    first = re.findall(r'aria-label="Why ([^"]*)"', found)
    assert "1 to 100 of 133" in words(found)
    (address,) = re.findall(r'rel="next" href="([^"#]*)#', found)
    rest = page.get(html.unescape(address)).content.decode()
    assert "101 to 133 of 133" in words(rest)
    assert "Next page" not in rest
    second = re.findall(r'aria-label="Why ([^"]*)"', rest)
    assert len(first) + len(second) == 133
    assert set(first) & set(second) <= {"root"}


def test_the_file_holds_exactly_what_is_filtered_and_no_formula(page: Client, snapshot: Snapshot) -> None:
    answer = page.get("/access/who-can.csv?ask=who&action=iam:ListRoles&certainty=certain")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    heading, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))  # type: ignore[attr-defined]
    assert heading[:2] == ["ARN", "TYPE"]
    assert len(rows) == 6
    assert {row[4] for row in rows} == {"certain"}
    (formula,) = (row for row in rows if row[0] == FORMULA)
    assert formula[3] == "'=1+1"
    assert page.get("/access/who-can.csv?ask=can").status_code == 404


def test_callers_from_outside_stand_above_the_list() -> None:
    """Everybody and another account: the index names them where a resource's policy does."""
    policy = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}
    case = {
        "action": "s3:GetObject",
        "resource": f"{BUCKET}/a",
        "resource_account": SHOP,
        "resource_policy": policy,
    }
    others = tuple(decided({**case, "principal": one}) for one in ("anonymous", "ec2.amazonaws.com"))
    found = WhoCan("s3:GetObject", f"{BUCKET}/a", SHOP, (), others, (), lambda _ids: ())
    form = Form("who", action="s3:GetObject", resource=f"{BUCKET}/a")
    told = words(
        render_to_string(
            "access/who.html",
            {
                "who": shown.who(filtered(found), form, "", ""),
                "gaps": shown.Gaps("", (), 0, ""),
                "form": form,
            },
        )
    )
    assert "From outside the snapshot 2" in told
    assert "anonymous everybody Allowed" in told
    assert "ec2.amazonaws.com an AWS service" in told


def test_what_the_snapshot_lacks_stands_beside_every_answer(
    ask: Callable[..., str], snapshot: Snapshot
) -> None:
    for found in (ask("can", principal=ADA, action="iam:ListRoles"), ask("who", action="iam:ListRoles")):
        assert "2 of 3 accounts, 30 parts not read" in words(found)
    assert "not given to the import" in words(found)


def test_what_is_switched_off_is_not_asked_and_the_page_says_so(page: Client) -> None:
    connecting.add("account", "Off", [SHOP])
    Connection.objects.update(enabled=False)
    assert "every connection is switched off" in words(page.get("/access/").content.decode()).lower()


def test_a_connection_without_a_snapshot_is_not_found(ask: Callable[..., str], snapshot: Snapshot) -> None:
    found = ask("can", 404, principal=ADA, action="iam:ListRoles", connection="none")
    assert "no snapshot of the connection none" in words(found)


def test_an_index_that_takes_long_is_waited_for_with_its_progress(
    ask: Callable[..., str], page: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: opening takes long."""
    go, seen = Event(), Event()

    def slow(of: Snapshot, cache: Path, progress: Callable[[str, int, int], None]) -> AccessIndex:
        progress("reading identities", 30, 120)
        seen.set()
        assert go.wait(20)
        return open_index(of, cache, progress)

    monkeypatch.setattr(opened, "open_index", slow)
    monkeypatch.setattr(pages, "PATIENCE_SECONDS", 0.05)
    found = ask("can", 202, principal=ADA, action="iam:ListRoles")
    assert seen.wait(10)
    (address,) = re.findall(r'class="notice building" hx-get="([^"]*)"', found)
    waiting = page.get(address)
    assert "Reading identities: 30 of 120" in words(waiting.content.decode())
    assert "HX-Refresh" not in waiting
    go.set()
    assert opened.opening(snapshot).within(10)
    assert page.get(address)["HX-Refresh"] == "true"
    assert "Allowed" in ask("can", principal=ADA, action="iam:ListRoles")


def test_an_index_that_can_not_be_made_says_so_and_stops_asking(page: Client) -> None:
    snapshot = imported(settings.SNAPSHOTS_DIR)
    (snapshot.folder / "users.parquet").write_bytes(b"torn")
    way = opened.opening(snapshot)
    with pytest.raises(Exception, match=r"users\.parquet"):
        way.within(10)
    found = page.get("/access/opening/").content.decode()
    assert "could not be opened" in found
    assert "hx-trigger" not in found


@pytest.mark.parametrize(
    ("field", "written", "first"),
    [
        ("principal", "ada", ADA),
        ("principal", f"{SHOP} DEPLOY", DEPLOY),
        ("action", "s3:getobj", "s3:GetObject"),
        ("action", "GetObject", "s3:GetObject"),
        ("resource", "role/deploy", DEPLOY),
    ],
)
def test_a_field_is_completed_from_what_is_known(
    page: Client, snapshot: Snapshot, field: str, written: str, first: str
) -> None:
    found = page.get(f"/access/options/{field}/?{urlencode({field: written})}").content.decode()
    values = re.findall(r'role="option"[^>]*data-value="([^"]*)"', found)
    assert values[0] == first
    assert len(values) <= 12


@pytest.mark.parametrize("written", ["\x00", "%", "' OR 1=1 --", "x" * 5000, "\u202egnp.exe", "é\U0001f600"])
@pytest.mark.parametrize("field", ["principal", "action", "resource"])
def test_whatever_is_typed_is_only_looked_for(
    page: Client, snapshot: Snapshot, field: str, written: str
) -> None:
    answer = page.get(f"/access/options/{field}/?{urlencode({field: written})}")
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_there_is_nothing_to_complete_elsewhere(page: Client, snapshot: Snapshot) -> None:
    assert page.get("/access/options/password/").status_code == 404
    assert page.get("/access/options/principal/?connection=none").status_code == 404


def permission(action: str, outcome: str = "allowed", residual: str = "") -> Permission:
    return Permission(action, "*", outcome, residual, (), (), ("inline policy p",))  # type: ignore[arg-type]


def listed(*entries: Permission, **wanted: str) -> str:
    """The list as the page shows it."""
    given = {"principal": ADA, "service": "", "words": "", "certainty": "", "connection": "", **wanted}
    chosen = permission_pages.Wanted(**given)
    found = Permissions(ADA, entries, (), ())
    context = {**permission_pages._listed(found, chosen), **permission_pages._links(chosen)}
    return render_to_string("access/permission_list.html", {**context, "found": found, "wanted": chosen})


def test_permissions_that_are_alike_stand_together_by_service() -> None:
    found = listed(
        permission("iam:ListRoles"),
        permission("iam:ListUsers"),
        permission("iam:GetUser", "conditional", "aws:sourceip = x"),
        permission("sqs:ListQueues"),
    )
    assert re.findall(r'<h2 id="(\w+)">', found) == ["iam", "sqs"]
    assert "iam 2 allowed, 1 conditional" in words(found)
    assert found.count("<tr>") == 2 + 3, "two headings, and a row for each kind"
    proof = urlencode({"ask": "can", "principal": ADA, "action": "iam:ListUsers", "resource": "*"})
    assert html.escape(f"/access/?{proof}") in found


def test_permissions_are_searched_and_filtered() -> None:
    entries = (permission("iam:ListRoles"), permission("iam:GetUser", "conditional", "x = y"))
    assert "1 of 2" in words(listed(*entries, words="LIST"))
    assert "GetUser" not in listed(*entries, certainty="allowed")
    assert "Nothing matches the filters" in listed(*entries, words="nowhere")
    assert "Its policies give nothing" in listed()


def test_too_many_permissions_are_told_by_service() -> None:
    many = [permission(f"{service}:Do{n}") for service in ("a", "b") for n in range(permission_pages.MOST)]
    found = listed(*many)
    assert "open a service" in found
    assert re.findall(r"service=(\w)", found)[:2] == ["a", "b"]
    assert "Do1<" not in found
    one = listed(*(permission(f"a:Do{n}") for n in range(permission_pages.MOST + 7)))
    assert "And 7 more" in words(one)


def test_permissions_of_nobody_are_asked_for(page: Client, snapshot: Snapshot) -> None:
    assert "Choose a principal" in words(page.get("/access/permissions/").content.decode())
    answer = page.get("/access/permissions/?principal=ada&service=*")
    assert answer.status_code == 422
    assert "is no service" in words(answer.content.decode())


def test_permissions_of_an_identity_are_a_page(page: Client, snapshot: Snapshot) -> None:
    found = page.get(f"/access/permissions/?{urlencode({'principal': ADA})}").content.decode()
    assert "iam" in re.findall(r'<h2 id="(\w+)">', found)
    assert "ListRoles" in found
    lost = page.get(f"/access/permissions/?{urlencode({'principal': f'arn:aws:iam::{SHOP}:user/deploy'})}")
    assert lost.status_code == 404
    assert DEPLOY in lost.content.decode()


def test_permissions_of_an_identity_are_a_file(page: Client, snapshot: Snapshot) -> None:
    answer = page.get(
        f"/access/permissions.csv?{urlencode({'principal': ADA, 'service': 'iam', 'q': 'roles'})}"
    )
    _, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))  # type: ignore[attr-defined]
    assert rows
    assert all("roles" in row[0].lower() for row in rows)


@pytest.mark.parametrize("path", ["/access/", "/access/permissions/"])
def test_an_index_that_can_not_be_kept_is_told_with_its_fix(
    ask: Callable[..., str], snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def full(*_: object) -> AccessIndex:
        raise OSError("database or disk is full")

    monkeypatch.setattr(opened, "open_index", full)
    told = words(ask("can", 503, path, principal=ADA, action="iam:ListRoles"))
    assert "disk is full" in told
    assert "Make room in the data folder" in told
