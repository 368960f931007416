"""What happens while it runs: denials, throttling, the network, the clock, the disk. The run ends, and says so."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.credentials
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from cloud_entitlements.aws.doctor import examine
from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.aws.sessions import AwsSessions, forget_platform_credentials
from cloud_entitlements.aws.template import ROLE_PATH
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running

from .trouble import HARBOUR, SEED, Finish, account, why

# On SQLite alone: what AWS answers, and what is said of it, is the same to either database; state is `test_connecting`'s.
pytestmark = pytest.mark.django_db(transaction=True)
ONE, TWO = "420000000011", "420000000012"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


@contextlib.contextmanager
def failing(platform: Running, *rules: dict[str, Any]) -> Iterator[None]:
    platform.fail(*rules)
    try:
        yield
    finally:
        platform.fail()


def gaps(connection: Connection) -> dict[tuple[str, str], dict[str, Any]]:
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert snapshot is not None
    return {(gap["account_id"], gap["of_collector"]): gap for gap in snapshot.rows("gaps")}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"kind": "throttle"}, "throttled"),
        ({"kind": "deny"}, "denied"),
        ({"kind": "reset"}, "reset"),
        ({"kind": "cut"}, "reset"),
        ({"kind": "expire"}, "expired"),
        ({"kind": "skew"}, "clock"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_one_call_that_fails_for_good_is_a_gap_and_the_last_value_stays(
    quay: Connection, platform: Running, finish: Finish, hasty: None, rule: dict[str, Any], code: str
) -> None:
    with failing(platform, {**rule, "account": ONE, "operation": "GetAccountAuthorizationDetails"}):
        assert finish(commands.reprocess(quay)).state == "done"
    found = gaps(quay)
    assert set(found) == {(ONE, "authorization_details")}
    gap = found[ONE, "authorization_details"]
    assert (gap["code"], code in KINDS) == (code, True)
    assert gap["stale_since"], "the last value is kept, with its date"
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(quay.id))
    assert snapshot is not None
    assert {row["name"] for row in snapshot.rows("users", account_id=ONE)} == {"someone", "somebody"}
    row = account(quay, ONE)
    assert (row.status, row.gap_count) == ("connected", 1)
    assert finish(commands.reprocess(quay)).state == "done"
    assert gaps(quay) == {}


def test_an_answer_that_breaks_off_now_and_then_is_tried_again(
    quay: Connection, platform: Running, finish: Finish, hasty: None
) -> None:
    with failing(platform, {"kind": "cut", "most": 2}):
        finish(commands.reprocess(quay))
        hit = [fault for fault in platform.faults() if fault["kind"]]
    assert hit
    assert gaps(quay) == {}


def test_a_timeout_is_a_gap(
    quay: Connection, platform: Running, finish: Finish, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloud_entitlements.aws import sessions

    monkeypatch.setattr(sessions.Patience, "__init__", _impatient(sessions.Patience.__init__))
    with failing(
        platform, {"kind": "timeout", "account": ONE, "operation": "GetAccountSummary", "seconds": 1.5}
    ):
        finish(commands.reprocess(quay))
    assert gaps(quay)[ONE, "account_summary"]["code"] == "timeout"


def _impatient(original: Any) -> Any:
    def init(self: Any, attempts: int = 2, connect_seconds: float = 2, read_seconds: float = 0.5) -> None:
        original(self, attempts, connect_seconds, read_seconds)

    return init


def test_a_page_that_repeats_never_passes_for_a_whole_list(
    quay: Connection, platform: Running, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.aws.collectors.authorization_details.PAGE", 2)
    repeat = {"kind": "repeat", "account": ONE, "operation": "GetAccountAuthorizationDetails"}
    with failing(platform, repeat):
        finish(commands.reprocess(quay))
    assert gaps(quay)[ONE, "authorization_details"]["code"] == "repeated_page"


def test_the_tree_is_taken_from_before_when_it_cannot_be_read(
    quay: Connection, platform: Running, finish: Finish
) -> None:
    with failing(platform, {"kind": "deny", "services": ["organizations"]}):
        run = finish(commands.reprocess(quay))
    assert run.state == "done"
    assert {owner for owner, _ in gaps(quay)} == {"organization"}
    assert why(quay)["code"] == "denied"
    found = commands.find(str(quay.id))
    assert (found.coverage_connected, found.coverage_total) == (2, 2), "the accounts were read"
    finish(commands.reprocess(quay))
    assert commands.find(str(quay.id)).sync_failure is None


def test_an_account_that_throttles_from_the_first_call_says_so_and_no_other_waits(
    quay: Connection, platform: Running, finish: Finish, hasty: None
) -> None:
    with failing(platform, {"kind": "throttle", "account": ONE, "operation": "AssumeRole"}):
        finish(commands.reprocess(quay))
    row = account(quay, ONE)
    assert (row.status, row.failure) == ("failed", "throttled")
    assert account(quay, TWO).status == "connected"


def test_an_account_takes_no_more_calls_than_its_share(
    quay: Connection, platform: Running, finish: Finish, client: Client
) -> None:
    before = platform.calls()[-1]["n"]
    with override_settings(MAX_CALLS_PER_ACCOUNT=4):
        finish(commands.reprocess(quay))
    assert {gap["code"] for gap in gaps(quay).values()} == {"too_many_calls"}
    by_account: dict[str, int] = {}
    for call in platform.calls(before):
        if call["account"] in (ONE, TWO):
            by_account[call["account"]] = by_account.get(call["account"], 0) + 1
    assert max(by_account.values()) <= 4
    told = commands.find(str(quay.id)).calls
    assert (told["cap"], told["accounts"], told["most"]) == (4, 2, 4)
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    page = client.get(f"/setup/aws/{quay.id}/").content.decode()
    assert "8 in the last run, at most 4 in one account" in page
    assert "capped at 4 (<code>CIEM_MAX_CALLS_PER_ACCOUNT</code>)" in page


def test_credentials_are_renewed_before_they_run_out_in_the_middle_of_a_run(
    quay: Connection, platform: Running
) -> None:
    from cloud_entitlements.aws.sessions import RoleToAssume

    session = AwsSessions().assume(RoleToAssume(quay.role_arn, quay.external_id))
    iam = session.client("iam")
    iam.get_account_summary()
    before = platform.calls()[-1]["n"]
    now = botocore.credentials._local_now
    session.botocore_session._credentials._time_fetcher = lambda: now() + dt.timedelta(minutes=55)
    iam.get_account_summary()
    assert [call["operation"] for call in platform.calls(before)] == ["AssumeRole", "GetAccountSummary"]


def test_a_user_that_is_deleted_between_two_calls_is_no_failure(
    quay: Connection, platform: Running, finish: Finish
) -> None:
    platform.inside("iam", HARBOUR, ONE).delete_user(UserName="someone")
    assert finish(commands.reprocess(quay)).state == "done"
    assert gaps(quay) == {}


# --- the machine itself


def codes(**environment: str) -> list[str]:
    """What `ciem doctor` says."""
    forget_platform_credentials()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        found = [
            result.failure.code for result in examine(AwsSessions(), None, None, ROLE_PATH) if result.failure
        ]
    forget_platform_credentials()
    assert all(code in KINDS for code in found)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_aws_that_cannot_be_reached(platform: Running) -> None:
    assert codes(AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}") == ["unreachable"]


def test_a_name_that_cannot_be_resolved(platform: Running) -> None:
    assert codes(AWS_ENDPOINT_URL="http://sts.no-such-region.invalid") == ["dns"]


def test_a_proxy_that_intercepts_tls(platform: Running, tmp_path: Path) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        assert codes(AWS_ENDPOINT_URL=f"https://127.0.0.1:{server.server_port}") == ["tls"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> Path:
    """Signed by nobody that this machine knows."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "proxy")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "proxy.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_no_credentials(platform: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert codes() == ["no_credentials"]


def test_credentials_that_aws_does_not_know(platform: Running) -> None:
    assert codes(AWS_ACCESS_KEY_ID="AKIAAAAAAAAAAAAAAAAA") == ["bad_credentials"]


def test_expired_credentials(platform: Running) -> None:
    with failing(platform, {"kind": "expire"}):
        assert codes() == ["expired"]


def test_a_credential_report_that_takes_too_long_is_a_gap(
    quay: Connection, platform: Running, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = platform.join(HARBOUR, "new-quay", "Quay")
    monkeypatch.setattr("cloud_entitlements.aws.collectors.credential_report.WAIT_SECONDS", -1)
    finish(commands.reprocess(quay))
    platform.client("organizations", HARBOUR).remove_account_from_organization(AccountId=late)
    assert gaps(quay)[late, "credential_report"]["code"] == "report_late"
