from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import re
import shutil
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_entitlements.aws.collecting import Scope
from cloud_entitlements.aws.collectors import OF_ACCOUNT as ACCOUNT_COLLECTORS
from cloud_entitlements.aws.collectors import OF_ORGANIZATION as ORGANIZATION_COLLECTORS
from cloud_entitlements.aws.collectors import authorization_details, organization, organization_policies
from cloud_entitlements.aws.sessions import AwsSessions, RoleToAssume, forget_platform_credentials
from cloud_entitlements.inventory import (
    Coverage,
    Publication,
    Snapshot,
    Staging,
    default_snapshot,
    import_files,
    layers,
    prune,
    publish,
)
from cloud_entitlements.inventory.default import NoSuchSnapshot, published, use
from cloud_entitlements.inventory.offline import Given, Imported, NothingRead, reading, sources
from cloud_entitlements.inventory.offline.accounts import Files, stage_accounts
from cloud_entitlements.simulator.process import Running

A, B, C = "111111111111", "222222222222", "333333333333"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def role(account: str = A, name: str = "app", **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{account}:role/{name}"
    return {"Arn": arn, "RoleName": name, "AssumeRolePolicyDocument": TRUST, **more}


def page(*roles: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": list(roles),
        "Policies": [],
        **more,
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(content: Any, name: str = "a.json") -> Path:
        path = tmp_path / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return _write


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Imported]:
    def _import(*files: Path, name: str = "audit", **more: Any) -> Imported:
        return import_files(Given(name, files, **more), tmp_path / "snapshots", more.pop("now", None))

    return _import


def roles(found: Imported) -> set[str]:
    return {row["name"] for row in found.snapshot.rows("roles")}


def said(found: Imported) -> list[str]:
    return [str(problem).rpartition("/given/")[2] for problem in found.problems]


def outcomes(found: Imported, owner: str) -> dict[str, str]:
    return {
        row["of_collector"]: row["outcome"] for row in found.snapshot.rows("collections", account_id=owner)
    }


def codes(found: Imported, owner: str) -> dict[str, str]:
    return {row["of_collector"]: row["code"] for row in found.snapshot.rows("gaps", account_id=owner)}


# what is read


@pytest.fixture
def administrator(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsSessions]:
    manager = simulator.organization()["management_account_id"]
    for name, value in simulator.environment(simulator.told["operators"][manager]).items():
        monkeypatch.setenv(name, value)
    forget_platform_credentials()
    yield AwsSessions()
    forget_platform_credentials()


IDENTITIES = ("users", "groups", "roles", "managed_policies", "documents")


def facts(snapshot: Snapshot, *tables: str) -> dict[str, list[dict[str, Any]]]:
    return {table: sorted(snapshot.rows(table), key=str) for table in tables}


def live(tmp_path: Path, parts: list[tuple[str, str, Any]]) -> Snapshot:
    staging = Staging(tmp_path / "staging")
    for owner, name, rows in parts:
        staging.save(owner, name, rows, NOW)
    return publish(staging, tmp_path / "live", Publication("live", "a" * 8, Coverage(1, 1), NOW))


@pytest.mark.parametrize("printed", ["cli", "paged"])
def test_an_imported_answer_equals_what_the_collector_collects(
    simulator: Running, administrator: AwsSessions, tmp_path: Path, imported: Callable[..., Imported], write: Any,
    printed: str,
) -> None:  # fmt: skip
    manager = simulator.organization()["management_account_id"]
    member = "210000000062"
    parts: list[tuple[str, str, Any]] = []
    files = []
    for account in (manager, member):
        own = RoleToAssume(f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", None)
        session = administrator.platform() if account == manager else administrator.assume(own)
        collected = authorization_details.collect(session, Scope(account, "aws"))
        parts.append((account, "authorization_details", list(collected)))
        client = session.client("iam")
        if printed == "cli":  # merged, moments with a zone, documents as objects
            found = client.get_paginator("get_account_authorization_details").paginate().build_full_result()
        else:
            found = list(client.get_paginator("get_account_authorization_details").paginate(MaxItems=3))
            assert account != manager or len(found) > 1
        as_text = json.dumps(found, default=lambda value: value.isoformat(), indent=4)
        files.append(write(as_text.encode(), f"{account}.json"))
    expected = facts(live(tmp_path, parts), *IDENTITIES)
    assert len(expected["roles"]) > 3
    assert len(expected["users"]) > 1
    got = imported(*files)
    assert got.problems == ()
    imported_facts = facts(got.snapshot, *IDENTITIES)
    for row in (*imported_facts["roles"], *expected["roles"]):
        if row["name"] == "OrganizationAccountAccessRole":  # the one that asks: used once more each time
            row["last_used_at"] = None
    assert imported_facts == expected


def test_an_organization_written_to_a_file_equals_the_collected_one(
    simulator: Running,
    administrator: AwsSessions,
    tmp_path: Path,
    imported: Callable[..., Imported],
    write: Any,
) -> None:
    session = administrator.platform()
    scope = Scope(simulator.organization()["management_account_id"], "aws")
    parts = [
        ("organization", name, list(module.collect(session, scope)))
        for name, module in (("organization", organization), ("organization_policies", organization_policies))
    ]
    tables = (
        "units",
        "accounts",
        "organization",
        "organization_policies",
        "organization_policy_targets",
        "documents",
    )
    expected = facts(live(tmp_path, parts), *tables)
    text = {row["sha256"]: row["text"] for row in expected["documents"]}
    targets = expected["organization_policy_targets"]
    kinds = {"service": "SERVICE_CONTROL_POLICY", "resource": "RESOURCE_CONTROL_POLICY"}
    own, (root,) = (
        expected["organization"][0],
        [unit for unit in expected["units"] if unit["kind"] == "root"],
    )
    described = {
        "id": own["id"], "arn": own["arn"], "feature_set": own["feature_set"],
        "management_account": own["management_account_id"],
        "root": {"id": root["id"], "name": root["name"]},
        "units": [{"id": unit["id"], "name": unit["name"], "parent": unit["parent_id"]}
                  for unit in reversed(expected["units"]) if unit["kind"] == "unit"],
        "accounts": [{**{name: row[name] for name in ("id", "name", "arn", "state", "joined_method", "joined_at")},
                      "parent": row["parent_id"]} for row in expected["accounts"]],
        **{f"{kind}_control_policies": [
            {"id": row["id"], "name": row["name"], "arn": row["arn"], "aws_managed": row["aws_managed"],
             "document": json.loads(text[row["document"]]),
             "targets": [pair["target_id"] for pair in targets if pair["policy_id"] == row["id"]]}
            for row in expected["organization_policies"] if row["type"] == name] for kind, name in kinds.items()},
    }  # fmt: skip
    assert len(described["units"]) > 2
    got = imported(write(page(role("210000000062"))), organization=write(described, "organization.json"))
    assert got.problems == ()
    found = facts(got.snapshot, *tables)
    own_documents = {row["document"] for row in found["organization_policies"]}
    found["documents"] = [row for row in found["documents"] if row["sha256"] in own_documents]
    assert found == expected


BOTH = json.dumps(page(role(name="ünï"))).encode()
NAMED = json.dumps(page(role(name="ünï")), ensure_ascii=False)
FORMS = {
    "plain": BOTH,
    "utf-8 with a mark": codecs.BOM_UTF8 + NAMED.encode(),
    "utf-16 of PowerShell": codecs.BOM_UTF16_LE + NAMED.encode("utf-16-le"),
    "utf-16 without a mark": NAMED.encode("utf-16-be"),
    "gzip": gzip.compress(BOTH),
    "pages in a list": json.dumps([page(IsTruncated=True, Marker="m"), page(role(name="ünï"))]).encode(),
    "pages one after another": json.dumps(page(IsTruncated=True)).encode() + b"\n" + BOTH,
    "the same page twice": BOTH + BOTH,
    "documents as text": json.dumps(
        page(role(name="ünï", AssumeRolePolicyDocument=quote(json.dumps(TRUST))))
    ).encode(),
    "documents as indented text": json.dumps(
        page(role(name="ünï", AssumeRolePolicyDocument=quote("\n" + json.dumps(TRUST, indent=1))))
    ).encode(),
    "with null for what is not there": json.dumps(
        page(role(name="ünï", Tags=None, RoleLastUsed=None))
    ).encode(),
    "as boto3 answers": json.dumps({**page(role(name="ünï")), "ResponseMetadata": {"a": 1}}).encode(),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS.keys())
def test_forms_of_one_answer(content: bytes, write: Any, imported: Callable[..., Imported]) -> None:
    found = imported(write(content))
    assert found.problems == ()
    (row,) = found.snapshot.rows("roles")
    assert (row["name"], row["account_id"]) == ("ünï", A)
    trusts = [one["text"] for one in found.snapshot.rows("documents", sha256=row["trust"])]
    assert [json.loads(text) for text in trusts] == [TRUST]


def test_folders_and_zips(write: Any, imported: Callable[..., Imported], tmp_path: Path) -> None:
    write(page(role(A)), f"deep/er/{A}.json")
    write(b"not to be read", "deep/notes.txt")
    path = tmp_path / "given" / "more.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/b.json", json.dumps(page(role(B))))
        archive.writestr("__MACOSX/x/._b.json", b"\0\0")
        archive.writestr("../../escape.json", json.dumps(page(role(C))))
        archive.writestr("inner.zip", b"PK")
        archive.writestr("readme.txt", "nothing")
    found = imported(tmp_path / "given")
    assert {row["account_id"] for row in found.snapshot.rows("roles")} == {A, B, C}
    assert said(found) == [
        "more.zip!inner.zip: an archive inside a zip is not opened: unpack the zip, and give the folder"
    ]
    assert found.snapshot.manifest.coverage == Coverage(total=4, connected=3)


def test_many_zips_of_one_account_each_and_what_is_no_file(
    write: Any, imported: Callable[..., Imported], tmp_path: Path
) -> None:
    paths = []
    for account in (f"{number:012}" for number in range(20)):
        paths.append(tmp_path / f"{account}.zip")
        with zipfile.ZipFile(paths[-1], "w") as archive:
            archive.writestr("roles.json", json.dumps(page(role(account))))
    os.mkfifo(tmp_path / "pipe")
    found = imported(*paths, tmp_path / "pipe")
    assert found.snapshot.count("roles") == 20
    assert ["it is no regular file" in str(problem) for problem in found.problems] == [True]


def test_an_encrypted_member_is_refused_in_words(
    write: Any, imported: Callable[..., Imported], tmp_path: Path
) -> None:
    path = tmp_path / "given.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{A}.json", BOTH)
    packed = bytearray(path.read_bytes())
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(packed)
    found = imported(path, write(page(role(B))))
    assert "it is encrypted: unpack the zip with its password" in str(found.problems[0])
    assert codes(found, A)["authorization_details"] == "file_malformed"


def test_zips_are_bounded(
    write: Any, imported: Callable[..., Imported], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * 100_000)
    monkeypatch.setattr(sources, "MAX_UNPACKED", 50_000)
    squeezed = write(gzip.compress(b" " * 100_000), "b.json.gz")
    found = imported(path, squeezed, write(page(role())))
    assert [str(one).partition(": ")[2].partition(" to ")[0] for one in found.problems] == [
        "it unpacks",
        "it unpacks",
    ]


def test_accounts_are_told_by_arns_or_by_option(write: Any, imported: Callable[..., Imported]) -> None:
    aws = {"Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "PolicyName": "ReadOnlyAccess"}
    only_aws = write({**page(), "Policies": [aws]})
    with pytest.raises(NothingRead) as refused:
        imported(only_aws)
    assert "give it with --account" in str(refused.value.problems[0])
    (row,) = imported(only_aws, account=B).snapshot.rows("managed_policies")
    assert (row["account_id"], row["aws_managed"]) == (B, True)
    assert [
        row["account_id"] for row in imported(write(page(role(A))), account=B).snapshot.rows("roles")
    ] == [B]


def test_two_accounts_in_one_file_are_refused_naming_both(
    write: Any, imported: Callable[..., Imported]
) -> None:
    found = imported(write(page(role(A), role(B)), "two.json"), write(page(role(C)), "one.json"))
    assert said(found) == [
        f"two.json:1:{str(json.dumps(page(role(A), role(B)))).index('}, {', 60) + 4}: `RoleDetailList[1].Arn`: this is of account {B}, and it is of account {A}"
    ]
    assert {row["account_id"] for row in found.snapshot.rows("roles")} == {C}
    other = imported(write(page(role(A)), "a.json"), write(page(role(B)), "b.json"), account=C)
    assert f"is of account {B}, and" in str(other.problems[0])


def test_pages_in_several_files_are_one_account(write: Any, imported: Callable[..., Imported]) -> None:
    first = write(page(role(name="one"), IsTruncated=True, Marker="m"), "1.json")
    last = write(page(role(name="two")), "2.json")
    whole = imported(first, last)
    assert (roles(whole), whole.problems) == ({"one", "two"}, ())
    assert outcomes(whole, A)["authorization_details"] == "collected"
    cut = imported(first)
    assert said(cut) == ["1.json: more pages follow (`IsTruncated`), and none of the files has the last one"]
    assert roles(cut) == {"one"}
    assert outcomes(cut, A)["authorization_details"] == "partial"
    assert codes(cut, A)["authorization_details"] == "file_incomplete"


def test_a_list_that_is_not_there_is_unknown(write: Any, imported: Callable[..., Imported]) -> None:
    found = imported(write({"RoleDetailList": [role()]}))
    assert "no `UserDetailList`, `GroupDetailList`, `Policies`: what they list is unknown" in said(found)[0]
    assert outcomes(found, A)["authorization_details"] == "partial"
    rest = write({"UserDetailList": [], "GroupDetailList": [], "Policies": []}, "rest.json")
    assert imported(write({"RoleDetailList": [role()]}), rest, account=A).problems == ()


def test_files_that_contradict_each_other_are_told(write: Any, imported: Callable[..., Imported]) -> None:
    old, new = write(page(role(Path="/old/")), "old.json"), write(page(role(Path="/new/")), "new.json")
    found = imported(old, new, write(page(role(Path="/old/")), "same.json"))
    assert len(found.problems) == 1
    assert "says something else of it: leave one out" in said(found)[0]
    assert [row["path"] for row in found.snapshot.rows("roles")] == ["/old/"]


# what is wrong


def deep(levels: int) -> bytes:
    return json.dumps(page(role())).replace('"2012-10-17"', "[" * levels + "]" * levels).encode()


MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "1:1: the file is empty"),
    "blank": (b" \n \n", "3:1: the file is empty"),
    "no JSON": (b"hello", "1:1: no JSON: expecting value"),
    "an error of the CLI": (b"\nAn error occurred (AccessDenied)", "2:1: no JSON"),
    "cut off": (BOTH[:-30], "the text that begins here has no end: the file was cut off"),
    "cut between": (BOTH[:-3], "the file ends here: it was cut off"),
    "cut in a name": (b'{"RoleDetai', "1:2: the text that begins here has no end"),
    "cut after a brace": (b'{"RoleDetailList": [', "1:21: the file ends here"),
    "no comma": (b'{"RoleDetailList": []\n "Policies": []}', "2:2: expected `,` or `}`"),
    "a comma too many": (b'{"RoleDetailList": [],}', "1:23: expected a name in double quotes"),
    "single quotes": (b"{'RoleDetailList': []}", "1:2: expected a name in double quotes"),
    "another answer": (b'{"Users": [], "IsTruncated": false}', "found an object of `Users`, `IsTruncated`"),
    "an empty object": (b"{}", "found an object of nothing"),
    "an empty list": (b"[]", "no ARN in it tells the account"),
    "a number": (b"42", "expected what `aws iam get-account-authorization-details` prints"),
    "a list of texts": (b'["a"]', "`[0]`: expected what"),
    "no list": (b'{"RoleDetailList": {}}', "`RoleDetailList`: expected a list"),
    "no object": (b'{"RoleDetailList": ["x"]}', '`RoleDetailList[0]`: expected an object, found `"x"`'),
    "NUL bytes": (b"\0\0\0\0", "malformed"),
    "a NUL in text": (BOTH.replace(b"app", b"a\0p").replace(b'"RoleName": "', b'"RoleName": "\0'), "no JSON: invalid control"),
    "no UTF-8": (b'{"RoleDetailList": [\n"\xe9"]}', "2:2: a byte here is no UTF-8"),
    "half a character": (b'{"RoleDetailList": "\xc3', "a byte here is no UTF-8"),
    "nested deep": (deep(100_000), "nested too deep"),
    "a huge number": (json.dumps({**page(), "Policies": [{"Arn": f"arn:aws:iam::{A}:policy/p", "AttachmentCount": 10**30}]}).encode(),
                      "`Policies[0].AttachmentCount`: expected a whole number"),
    "a number of many digits": (b'{"Policies": [{"AttachmentCount": ' + b"9" * 9999 + b"}]}", "is too large"),
    "an infinite number": (b'{"Policies": [{"AttachmentCount": 1e999}]}', "the number `1e999` is too large"),
    "no number": (b'{"Policies": [{"AttachmentCount": NaN}]}', "`NaN` is no JSON"),
    "a name twice": (BOTH.replace(b'"RoleName"', b'"Arn"'), "`Arn` stands twice in one object"),
    "a list twice": (b'{"RoleDetailList": [], "RoleDetailList": []}', "`RoleDetailList` stands twice"),
    "an ARN that is none": (json.dumps(page({"Arn": "arn:aws:iam"})).encode(), "`RoleDetailList[0].Arn`: expected the ARN of a role"),
    "an ARN of another kind": (json.dumps(page({"Arn": f"arn:aws:iam::{A}:user/x"})).encode(), "expected the ARN of a role"),
    "no trust": (json.dumps(page({"Arn": f"arn:aws:iam::{A}:role/x"})).encode(), "AssumeRolePolicyDocument`: it is missing"),
    "a trust that is a number": (json.dumps(page(role(AssumeRolePolicyDocument=1))).encode(), "expected a policy"),
    "tags as an object": (json.dumps(page(role(Tags={"a": "b"}))).encode(), "`RoleDetailList[0].Tags`: expected a list"),
    "a tag without a value": (json.dumps(page(role(Tags=[{"Key": "a"}]))).encode(), "`RoleDetailList[0].Tags[0].Value`: it is missing"),
    "no moment": (json.dumps(page(role(CreateDate="yesterday"))).encode(), "CreateDate`: expected a moment like"),
    "a moment before time": (json.dumps(page(role(CreateDate="0001-01-01T00:00:00+23:00"))).encode(), "expected a moment"),
    "a moment as a number": (json.dumps(page(role(CreateDate=1.5))).encode(), "expected a moment"),
    "no gzip": (gzip.compress(BOTH)[:-20], "it can't be read"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_file_is_told_with_its_place(
    content: bytes, words: str, write: Any, tmp_path: Path
) -> None:
    files = Files(Staging(tmp_path / "staging"), NOW, None, lambda _line: None)
    given_files = [write(content, f"{C}.json"), write(page(role(B)), "good.json")]
    with ExitStack() as stack:
        found = [one for one in sources.sources(given_files, [], stack) if isinstance(one, sources.Source)]
        stage_accounts(files, found)
    (problem,) = files.problems
    assert words in str(problem) or words == "malformed"
    assert problem.account_id in (A, C)
    assert files.accounts == {B}
    gap = files.staging.part(problem.account_id, "authorization_details")
    assert gap is not None
    assert (gap.outcome, gap.gap and gap.gap.code) == ("gap", "file_malformed")


def test_malformed_files_are_gaps_and_the_others_are_imported(
    write: Any, imported: Callable[..., Imported], tmp_path: Path
) -> None:
    for number, (content, _) in enumerate(MALFORMED.values()):
        write(content, f"{number:012}.json")
    write(page(role(B)), "good.json")
    found = imported(tmp_path / "given")
    assert len(found.problems) == len(MALFORMED)
    assert {row["account_id"] for row in found.snapshot.rows("roles")} == {B}
    owners = {row["account_id"] for row in found.snapshot.rows("gaps", code="file_malformed")}
    assert owners == {problem.account_id for problem in found.problems}
    assert found.snapshot.manifest.gaps == len(owners)
    assert found.snapshot.manifest.coverage == Coverage(total=len(owners) + 1, connected=1)
    assert set(outcomes(found, A).values()) == {"missing"}


def test_a_file_of_nobody_owns_its_own_gap(write: Any, imported: Callable[..., Imported]) -> None:
    broken = write(b"{", "broken.json")
    found = imported(broken, write(page(role(B))))
    assert codes(found, str(broken)) == {"authorization_details": "file_malformed"}


def test_a_broken_file_beside_a_good_one_makes_the_account_partial(
    write: Any, imported: Callable[..., Imported]
) -> None:
    found = imported(write(BOTH[:-30], "1.json"), write(page(role(name="two")), "2.json"))
    assert roles(found) == {"two"}
    assert outcomes(found, A)["authorization_details"] == "partial"
    assert codes(found, A)["authorization_details"] == "file_malformed"


def test_line_and_column_hold_beyond_the_first_chunk(
    write: Any, imported: Callable[..., Imported], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 64)
    text = json.dumps(page(*(role(name=f"é{number}") for number in range(50))), indent=2, ensure_ascii=False)
    place = text.index('"é33"')
    broken = text[:place] + "oops " + text[place:]
    line, column = broken[:place].count("\n") + 1, place - broken.rfind("\n", 0, place)
    found = imported(write(broken.encode(), "x.json"), write(text.encode(), "y.json"))
    assert said(found) == [f"x.json:{line}:{column}: no JSON: expecting value"]
    assert len(roles(found)) == 50
    wrong = text.replace('"RoleName": "é40"', '"RoleName": 40')
    (problem,) = imported(write(wrong.encode(), "x.json"), write(page(role(B)), "y.json")).problems
    assert problem.path == "RoleDetailList[40].RoleName"
    assert text.splitlines()[problem.line].strip().startswith('"Arn"')


def test_one_entry_may_not_fill_the_memory(
    write: Any, imported: Callable[..., Imported], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1000)
    monkeypatch.setattr(reading, "MAX_ENTRY", 5000)
    found = imported(write(page(role(Path="/" + "x" * 9000))), write(page(role(B)), "b.json"))
    assert "one entry has more than 5000 characters" in said(found)[0]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_mutated_there_is_never_a_traceback(data: st.DataObject, tmp_path: Path) -> None:
    """Bytes are cut, flipped and doubled; values are swapped for others: read, or told in words."""
    entry = role(
        Tags=[{"Key": "a", "Value": "\ud800"}], RolePolicyList=[{"PolicyName": "p", "PolicyDocument": TRUST}]
    )
    whole = page(entry, IsTruncated=False)
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda below: st.lists(below, max_size=2),
    )
    name = data.draw(st.sampled_from(sorted(entry)))
    entry[name] = data.draw(values | st.just(entry[name]))
    content = bytearray(json.dumps(whole).encode())
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    path, good = tmp_path / "mutated.json", tmp_path / "good.json"
    path.write_bytes(content)
    good.write_bytes(json.dumps(page(role(B))).encode())
    files = Files(Staging(tmp_path / "staging"), NOW, None, lambda _line: None)
    stage_accounts(files, [sources.Source(str(one), partial(io.FileIO, one)) for one in (path, good)])
    assert all(str(problem) for problem in files.problems)
    assert B in files.accounts
    if A in files.accounts:  # what was let through can be written
        publish(
            files.staging, tmp_path, Publication("fuzz", uuid.uuid4().hex, Coverage(2, 2), NOW, afresh=True)
        )
    shutil.rmtree(tmp_path / "staging")


def test_nothing_read_publishes_nothing_and_leaves_the_default(
    write: Any, imported: Callable[..., Imported], tmp_path: Path
) -> None:
    first = imported(write(page(role())))
    with pytest.raises(NothingRead):
        imported(write(b"{", "broken.json"), name="other")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NothingRead) as nothing:
        imported(empty, name="other")
    assert "there is no *.json in it" in str(nothing.value.problems[0])
    assert default_snapshot(tmp_path / "snapshots") == first.snapshot
    assert [one.manifest.name for one in published(tmp_path / "snapshots")] == ["audit"]


# what is known, and what is not


def test_layers_are_named_after_the_collectors() -> None:
    assert list(layers.OF_ORGANIZATION) == [collector.name for collector in ORGANIZATION_COLLECTORS]
    assert [*layers.OF_ACCOUNT][:-1] == [collector.name for collector in ACCOUNT_COLLECTORS]
    calls = {**layers.OF_ORGANIZATION, **layers.OF_ACCOUNT}
    for collector in (*ORGANIZATION_COLLECTORS, *ACCOUNT_COLLECTORS):
        assert calls[collector.name] in collector.operations


def test_what_was_not_given_is_unknown(write: Any, imported: Callable[..., Imported]) -> None:
    found = imported(write(page(role())))
    assert outcomes(found, A) == {
        name: "collected" if name == "authorization_details" else "missing" for name in layers.OF_ACCOUNT
    }
    assert set(codes(found, A).values()) == {"not_given"}
    assert outcomes(found, "organization") == dict.fromkeys(layers.OF_ORGANIZATION, "missing")
    manifest = found.snapshot.manifest
    assert (manifest.gaps, manifest.not_given, manifest.standalone) == (0, 12, False)
    assert (manifest.name, manifest.origin) == ("audit", "import")


def test_standalone_says_that_there_is_no_organization(write: Any, imported: Callable[..., Imported]) -> None:
    found = imported(write(page(role())), standalone=True)
    assert outcomes(found, "organization") == dict.fromkeys(layers.OF_ORGANIZATION, "absent")
    assert codes(found, "organization") == {}
    assert found.snapshot.manifest.standalone
    assert codes(found, A)["resource_policies"] == "not_given"


ROOT, UNIT = "r-ab12", "ou-ab12-11111111"
ORGANIZATION: dict[str, Any] = {
    "id": "o-exampleorg",
    "management_account": A,
    "root": {"id": ROOT},
    "units": [{"id": UNIT, "name": "Apps", "parent": ROOT}],
    "accounts": [
        {"id": A, "name": "Management", "parent": ROOT, "state": "ACTIVE"},
        {"id": B, "parent": UNIT},
        {"id": C, "parent": UNIT, "state": "CLOSED"},
    ],
    "service_control_policies": [{"id": "p-FullAWSAccess", "document": TRUST, "targets": [ROOT, UNIT, B]}],
}


def test_an_organization_gives_its_layers(write: Any, imported: Callable[..., Imported]) -> None:
    found = imported(write(page(role(B))), organization=write(ORGANIZATION, "organization.json"))
    assert found.problems == ()
    accounts = {row["id"]: row["name_path"] for row in found.snapshot.rows("accounts")}
    assert accounts == {A: "Root", B: "Root / Apps", C: "Root / Apps"}
    kinds = {
        row["target_id"]: row["target_type"] for row in found.snapshot.rows("organization_policy_targets")
    }
    assert kinds == {ROOT: "ROOT", UNIT: "ORGANIZATIONAL_UNIT", B: "ACCOUNT"}
    assert found.snapshot.manifest.coverage == Coverage(total=2, connected=1)
    assert codes(found, A)["authorization_details"] == "not_given"
    types = {row["type"]: row["status"] for row in found.snapshot.rows("policy_types")}
    assert types == {"SERVICE_CONTROL_POLICY": "ENABLED", "RESOURCE_CONTROL_POLICY": "UNKNOWN"}
    assert outcomes(found, "organization") == {
        "organization": "collected", "organization_policies": "partial", "root_access": "missing",
    }  # fmt: skip
    whole = imported(
        write(page(role(B))), organization=write({**ORGANIZATION, "resource_control_policies": []}, "o.json")
    )
    assert outcomes(whole, "organization")["organization_policies"] == "collected"


def test_the_examples_of_the_guide_can_be_imported(write: Any, imported: Callable[..., Imported]) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "import-files.md").read_text(encoding="utf-8")
    described, policies = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    found = imported(
        write(page(role(B))),
        organization=write(described.encode(), "organization.json"),
        resource_policies=write(policies.encode(), "policies.json"),
    )
    assert found.problems == ()
    assert found.snapshot.manifest.coverage == Coverage(total=2, connected=1)
    assert (found.snapshot.count("organization_policies"), found.snapshot.count("resource_policies")) == (
        1,
        2,
    )


def changed(**more: Any) -> dict[str, Any]:
    return {**ORGANIZATION, **more}


WRONG_ORGANIZATIONS = {
    "a list": ([], "1:1: expected an object in braces"),
    "a typing error": (changed(acounts=[]), "`acounts`: expected one of `id`,"),
    "no root": ({"id": "o-exampleorg", "management_account": A}, "`root`: it is missing"),
    "an account as a number": (changed(accounts=[{"id": 111111111111, "parent": ROOT}]), "`accounts[0].id`: expected an account id, 12 digits in quotes, found `111111111111`"),
    "an account nowhere": (changed(accounts=[{"id": A, "parent": "ou-ab12-22222222"}]), "`accounts[0].parent`: expected the root, or one of `units`"),
    "an account twice": (changed(accounts=[{"id": A, "parent": ROOT}] * 2), "`accounts[1].id`: expected an id that stands once"),
    "a state that is none": (changed(accounts=[{"id": A, "parent": ROOT, "state": "gone"}]), "`accounts[0].state`: expected one of ACTIVE"),
    "a ring of units": (changed(units=[{"id": UNIT, "name": "x", "parent": UNIT}]), "`units[0].parent`: expected the root, or a unit that is below it"),
    "a unit twice": (changed(units=[ORGANIZATION["units"][0]] * 2), "`units[1].id`: expected an id that stands once"),
    "a target nowhere": (changed(service_control_policies=[{"id": "p", "document": {}, "targets": ["x"]}]), "`service_control_policies[0].targets[0]`: expected the root"),
    "a document that is none": (changed(service_control_policies=[{"id": "p", "document": "no", "targets": []}]), "`service_control_policies[0].document`: expected a policy in JSON"),
    "lists that are none": (changed(units={}), "`units`: expected a list"),
}  # fmt: skip


@pytest.mark.parametrize(("described", "words"), WRONG_ORGANIZATIONS.values(), ids=WRONG_ORGANIZATIONS.keys())
def test_a_wrong_organization_is_a_gap_that_names_the_path(
    described: Any, words: str, write: Any, imported: Callable[..., Imported]
) -> None:
    found = imported(write(page(role(B))), organization=write(described, "organization.json"))
    assert words in said(found)[0]
    assert roles(found) == {"app"}
    assert codes(found, "organization")["organization_policies"] == "file_malformed"
    assert found.snapshot.manifest.gaps == 2


def test_resource_policies_are_known_by_name(write: Any, imported: Callable[..., Imported]) -> None:
    given_policies = {
        "arn:aws:s3:::bucket": {"owner": B, "policy": TRUST},
        f"arn:aws:sqs:eu-west-1:{A}:queue": {"policy": json.dumps(TRUST)},
        "arn:aws:s3:::open": {"owner": A, "policy": None},
    }
    found = imported(write(page(role(A))), resource_policies=write(given_policies, "policies.json"))
    assert found.problems == ()
    rows = {
        row["arn"]: (row["account_id"], row["owner"], bool(row["document"]))
        for row in found.snapshot.rows("resource_policies")
    }
    assert rows == {
        "arn:aws:s3:::bucket": (B, B, True),
        f"arn:aws:sqs:eu-west-1:{A}:queue": (A, A, True),
        "arn:aws:s3:::open": (A, A, False),
    }
    assert outcomes(found, A)["resource_policies"] == "collected"
    assert codes(found, B)["authorization_details"] == "not_given"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"bucket": {"policy": {}}}, "`bucket`: expected the ARN of a resource as the name"),
        ({"arn:aws:s3:::b": {"policy": {}}}, "`arn:aws:s3:::b.owner`: it is missing"),
        ({"arn:aws:s3:::b": {"owner": A}}, "`arn:aws:s3:::b`: expected an object with `policy`"),
        ({"arn:aws:s3:::b": {"owner": 1, "policy": {}}}, "`arn:aws:s3:::b.owner`: expected an account id"),
        (
            {"arn:aws:s3:::b": {"owner": A, "policy": "x"}},
            "`arn:aws:s3:::b.policy`: expected a policy in JSON",
        ),
        ([], "expected an object in braces"),
    ],
)
def test_wrong_resource_policies_are_a_gap(
    content: Any, words: str, write: Any, imported: Callable[..., Imported]
) -> None:
    found = imported(write(page(role(A))), resource_policies=write(content, "policies.json"))
    assert words in said(found)[0]
    assert codes(found, A)["resource_policies"] == "file_malformed"
    assert roles(found) == {"app"}


# which snapshot counts


def test_importing_again_is_a_newer_snapshot_of_the_same_and_holds_its_own_files_alone(
    write: Any, imported: Callable[..., Imported], tmp_path: Path
) -> None:
    first = imported(write(page(role(A))), standalone=True)
    second = imported(write(page(role(B))))
    assert second.snapshot.manifest.connection_id == first.snapshot.manifest.connection_id
    assert {row["account_id"] for row in second.snapshot.rows("roles")} == {B}
    assert outcomes(second, "organization")["organization"] == "missing"
    assert default_snapshot(tmp_path / "snapshots") == second.snapshot
    assert not list((tmp_path / "snapshots").rglob(".staging-*"))


def test_publishing_leaves_the_default_and_the_newest_counts_without_one(
    write: Any, imported: Callable[..., Imported], tmp_path: Path
) -> None:
    snapshots = tmp_path / "snapshots"
    assert default_snapshot(snapshots) is None
    published_live = Publication(
        "live", "b" * 8, Coverage(1, 1), datetime(2100, 1, 1, tzinfo=UTC), name="Larkspur"
    )
    alone = publish(Staging(tmp_path / "none"), snapshots, published_live)
    assert default_snapshot(snapshots) == alone
    found = imported(write(page(role())))
    again = publish(Staging(tmp_path / "none"), snapshots, Publication("live", "c" * 8, Coverage(1, 1), datetime(2100, 1, 2, tzinfo=UTC)))  # fmt: skip
    assert default_snapshot(snapshots) == found.snapshot
    assert use(snapshots, "live") == again
    assert default_snapshot(snapshots) == again
    assert use(snapshots, alone.manifest.id) == alone
    publish(Staging(tmp_path / "none"), snapshots, Publication("live", "d" * 8, Coverage(1, 1), datetime(2100, 1, 3, tzinfo=UTC)))  # fmt: skip
    assert prune(snapshots, "live", keep=1) == [again.manifest.id]
    assert default_snapshot(snapshots) == alone, "the default is never pruned"
    (snapshots / "default").write_text("../../etc\n")
    assert default_snapshot(snapshots) == published(snapshots)[0]
    with pytest.raises(NoSuchSnapshot):
        use(snapshots, "nothing")


def test_a_snapshot_from_before_the_table_is_read_and_followed(tmp_path: Path) -> None:
    first = publish(Staging(tmp_path / "none"), tmp_path, Publication("c", "a" * 8, Coverage(1, 1), NOW))
    manifest = first.folder / "manifest.json"
    text = json.loads(manifest.read_text())
    del (
        text["tables"]["resource_policies"],
        text["name"],
        text["origin"],
        text["not_given"],
        text["standalone"],
    )
    manifest.write_text(json.dumps(text))
    (first.folder / "resource_policies.parquet").unlink()
    old = Snapshot.open(first.folder)
    assert (list(old.rows("resource_policies")), old.count("resource_policies")) == ([], 0)
    staging = Staging(tmp_path / "two")
    staging.carry(A, "authorization_details", NOW)
    newer = publish(
        staging, tmp_path, Publication("c", "b" * 8, Coverage(1, 1), datetime(2026, 12, 1, tzinfo=UTC))
    )
    assert newer.has("resource_policies")
