"""500 hostile names through every page, file, answer and table about identities and recommendations: none acts (R4)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.inventory import Coverage, Publication, Staging, publish
from cloud_entitlements.inventory.authorization_details import NORMALIZE
from cloud_entitlements.inventory.layers import OF_ACCOUNT
from cloud_entitlements.server.access import compared, opened
from cloud_entitlements.server.identities.filters import is_text
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations.analysing import bring_up
from cloud_entitlements.server.recommendations.known_accounts import LONGEST_NAME, know

from .days import ACCOUNT, FULL
from .hostile import HOSTILE, acts_in_a_terminal, acts_in_csv, acts_in_html

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
CONNECTION = "hostile"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
TRUSTING = f"arn:aws:iam::{ACCOUNT}:role/trusting"
KNOWN = {
    f"4444{number:08}": one.strip()
    for number, one in enumerate(HOSTILE)
    if is_text(one) and len(one.strip()) <= LONGEST_NAME
}
"""Names of known accounts, by number: what the command takes."""


@pytest.fixture
def hostile(tmp_path: Path, transactional_db: Any) -> Iterator[None]:
    """A user, a policy and a group by each name, a known account that a role trusts by each that is taken, and an account
    by one; the day before there was nobody.
    """
    for number, name in KNOWN.items():
        know("", number, name, name[:150])
    for day, names in ((1, ()), (0, HOSTILE)):
        at = NOW - timedelta(days=day)
        staging = Staging(tmp_path / str(day), durable=False)
        for part in OF_ACCOUNT:
            staging.save(ACCOUNT, part, _rows(names) if part == "authorization_details" else [], at)
        staging.save("organization", "organization", _organization(), at)
        run = str(day) * 32
        publish(
            staging, settings.SNAPSHOTS_DIR, Publication(CONNECTION, run, Coverage(1, 1), at, name=HOSTILE[0])
        )
    assert bring_up(CONNECTION) is not None
    yield
    compared.forget()
    opened.forget()
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


def _rows(names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        own = [{"PolicyName": name, "PolicyDocument": FULL}]
        tags = [{"Key": name, "Value": name}]
        arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        one = {
            "Arn": arn,
            "UserName": name,
            "Path": "/",
            "UserPolicyList": own,
            "GroupList": [name],
            "Tags": tags,
        }
        yield from NORMALIZE["UserDetailList"](one)
        group = {
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/{name}",
            "GroupName": name,
            "Path": "/",
            "GroupPolicyList": own,
        }
        yield from NORMALIZE["GroupDetailList"](group)
    if names:
        statements = [
            {"Effect": "Allow", "Principal": {"AWS": one}, "Action": "sts:AssumeRole"} for one in KNOWN
        ]
        trust = {"Version": "2012-10-17", "Statement": statements}
        role = {"Arn": TRUSTING, "RoleName": "trusting", "Path": "/", "AssumeRolePolicyDocument": trust}
        yield from NORMALIZE["RoleDetailList"](role)


def _organization() -> Iterator[Any]:
    yield (
        "organization",
        {"id": "o-hostile001", "management_account_id": "999999999999", "feature_set": "ALL"},
    )
    yield (
        "accounts",
        {"id": ACCOUNT, "name": HOSTILE[1], "state": "ACTIVE", "path": f"o-hostile001/r-host/{ACCOUNT}/"},
    )


def _pages() -> Iterator[str]:
    yield from (
        "/",
        "/organization/",
        "/identities/?sort=name",
        "/recommendations/",
        "/security-policies/",
        "/history/",
    )
    yield from (f"/recommendations/{one}/" for one in ("administrator", "inline-policy", "empty-group"))
    for part in ("recommendations", "general", "path"):
        yield f"/identity/?{urlencode({'arn': TRUSTING, 'part': part})}"
    for one in HOSTILE[::25]:
        yield f"/security-policies/?{urlencode({'known': one})}"
        yield f"/identities/?{urlencode({'q': one, 'account': one, 'open': f'arn:aws:iam::{ACCOUNT}:user/{one}'})}"
        yield f"/recommendations/?{urlencode({'q': one, 'tag': one})}"
        yield f"/history/?{urlencode({'q': one, 'service': one})}"
    for row in Identity.objects.order_by("name")[::40]:
        for part in ("recommendations", "general", "permissions", "path"):
            yield f"/identity/?{urlencode({'arn': row.arn, 'part': part})}"


def test_none_acts_on_a_page_or_is_a_formula_in_a_file(page: Client, hostile: None) -> None:
    """One test for all pages: a thousand judged identities take a while."""
    seen = 0
    for address in _pages():
        answer = page.get(address)
        assert answer.status_code in (200, 202, 404, 409, 422), address
        assert acts_in_html(answer.content.decode()) == [], address
        seen += 1
    assert seen > 60
    whole = page.get("/security-policies/").content.decode()
    assert whole.count('name="forget"') == len(KNOWN) > 400
    general = page.get(f"/identity/?{urlencode({'arn': TRUSTING, 'part': 'general'})}").content.decode()
    assert general.count("a known account") == len(KNOWN)
    for address in ("/identities.csv", "/recommendations.csv?state=any", "/history.csv"):
        text = b"".join(page.get(address)).decode()
        assert len(text.splitlines()) > 500
        assert acts_in_csv(text) == [], address


def test_none_drives_a_terminal_and_all_are_as_they_were_over_the_api(
    terminal: Callable[..., tuple[int, str, str]], api: Callable[..., Any], hostile: None
) -> None:
    names, cursor = set(), ""
    while cursor is not None:
        more = f"&cursor={quote(cursor)}" if cursor else ""
        status, found = api("GET", f"/identities?type=user&limit=500{more}")
        assert status == 200
        names |= {one["name"] for one in found["items"]}
        cursor = found["next_cursor"]
    kept = {
        one.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for one in HOSTILE
    }
    assert names == kept
    _, found = api("GET", "/criteria/known-accounts")
    assert {one["account_id"]: one["name"] for one in found["items"]} == KNOWN
    for command in (
        ["identities"],
        ["recommendations"],
        ["snapshot", "diff", "--connection", CONNECTION],
        ["criteria", "known", "--connection", CONNECTION],
    ):
        for form in ("table", "csv", "json"):
            code, out, err = terminal(*command, "--output", form)
            assert code in (0, 3), err
            assert acts_in_a_terminal(err if form == "json" else out + err) == [], (command, form)
            if form == "csv":
                assert acts_in_csv(out) == []
            if form == "json":
                assert json.loads(out)
