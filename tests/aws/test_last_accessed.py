"""The collector of last access by itself, over HTTP: what it is told, and sessions that change beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloud_entitlements.aws.collecting import Row, Scope, Unchanged
from cloud_entitlements.aws.collectors import authorization_details, last_accessed, last_accessed_jobs
from cloud_entitlements.aws.sessions import (
    AwsSession,
    AwsSessions,
    RoleToAssume,
    SwitchedOff,
    forget_platform_credentials,
)
from cloud_entitlements.inventory import Gap
from cloud_entitlements.simulator.process import Running

MANAGER, AMARA = "210000000001", "210000000061"
ROLE = RoleToAssume(f"arn:aws:iam::{AMARA}:role/OrganizationAccountAccessRole", None)
NOW = datetime.now(UTC)
GENERATE = "GenerateServiceLastAccessedDetails"


@pytest.fixture(autouse=True)
def administrator(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in simulator.environment(simulator.told["operators"][MANAGER]).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(last_accessed_jobs, "FIRST_PAUSE_SECONDS", 0.01)
    forget_platform_credentials()
    yield
    forget_platform_credentials()


@pytest.fixture
def session() -> AwsSession:
    return AwsSessions().assume(ROLE)


def read(found: Iterable[Row | Gap]) -> tuple[dict[str, Mapping[str, Any]], list[Gap]]:
    listed = list(found)
    rows = [one[1] for one in listed if not isinstance(one, Gap)]
    return {str(row["arn"]): row for row in rows}, [one for one in listed if isinstance(one, Gap)]


def before(rows: Iterable[Mapping[str, Any]]) -> Any:
    return lambda _table, *_columns: rows


def count(simulator: Running, since: int) -> int:
    return sum(call["operation"] == GENERATE for call in simulator.calls(since))


def test_whoever_calls_may_say_who_comes_first(session: AwsSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_entitlements.aws.collectors.last_accessed_pace.LEAST", 1)
    trial = f"arn:aws:iam::{AMARA}:user/forgotten-trial"
    rows, gaps = read(last_accessed.collect(session, Scope(AMARA, "aws", first=[trial])))
    assert (list(rows), gaps) == ([trial], [])


def test_an_identity_that_is_deleted_before_it_is_asked_about_is_skipped(
    session: AwsSession, simulator: Running
) -> None:
    known = list(authorization_details.collect(session, Scope(AMARA, "aws")))
    gone = {"arn": f"arn:aws:iam::{AMARA}:user/gone", "id": "AIDA", "name": "gone", "path": "/"}
    scope = Scope(AMARA, "aws", known=lambda *_: [*known, ("users", gone)], first=[gone["arn"]])
    since = simulator.calls()[-1]["n"]
    rows, gaps = read(last_accessed.collect(session, scope))
    assert gone["arn"] not in rows
    assert (len(rows), gaps) == (11, []), "of twelve, with the one that is gone"
    assert count(simulator, since) == 12
    called = {call["operation"] for call in simulator.calls(since)}
    assert "GetAccountAuthorizationDetails" not in called, "it was told who there is"


def test_pages_of_a_report_are_one_row(session: AwsSession, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = read(last_accessed.collect(session, Scope(AMARA, "aws", at=NOW)))
    monkeypatch.setattr(last_accessed_jobs, "PAGE", 7)
    paged, gaps = read(last_accessed.collect(session, Scope(AMARA, "aws", at=NOW)))
    assert (paged, gaps) == (whole, [])
    assert max(len(row["tracked"]) for row in whole.values()) > 7


def test_a_job_whose_session_is_gone_is_asked_for_again_by_the_next_run(
    session: AwsSession, simulator: Running
) -> None:
    """Credentials are renewed before they run out; if it happens between a job and its report, AWS knows neither."""
    renewed: list[float] = []

    def renew(seconds: float) -> None:
        if not renewed:
            other = AwsSessions().assume(ROLE)
            session.botocore_session._credentials.__dict__.update(
                other.botocore_session._credentials.__dict__
            )
        renewed.append(seconds)

    first, gaps = read(last_accessed.collect(session, Scope(AMARA, "aws", at=NOW), sleep=renew))
    (gap,) = gaps
    assert (gap.code, gap.call) == ("report_failed", "iam:GetServiceLastAccessedDetails")
    assert gap.message.startswith("2 of 11 identities were not asked; the first: AWS does not know the job")
    assert len(first) == 9
    since = simulator.calls()[-1]["n"]
    again = Scope(AMARA, "aws", at=NOW + timedelta(minutes=15), before=before(first.values()))
    second, gaps = read(last_accessed.collect(session, again))
    assert (len(second), gaps, count(simulator, since)) == (11, [], 2)
    assert {arn: second[arn] for arn in first} == first


def test_nothing_is_asked_when_nobody_is_due(session: AwsSession, simulator: Running) -> None:
    known = list(authorization_details.collect(session, Scope(AMARA, "aws")))
    scope = Scope(AMARA, "aws", at=NOW, known=lambda *_: known)
    rows, _ = read(last_accessed.collect(session, scope))
    since = simulator.calls()[-1]["n"]
    later = Scope(
        AMARA, "aws", at=NOW + timedelta(hours=23), known=lambda *_: known, before=before(rows.values())
    )
    with pytest.raises(Unchanged):
        list(last_accessed.collect(session, later))
    assert simulator.calls(since) == []


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.time += seconds


def test_no_job_is_begun_when_the_time_is_over_and_those_that_are_open_are_read(
    session: AwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_accessed_jobs, "FIRST_PAUSE_SECONDS", last_accessed_jobs.MOST_SECONDS / 5)
    monkeypatch.setattr(last_accessed_jobs, "LONGEST_PAUSE_SECONDS", last_accessed_jobs.MOST_SECONDS / 5)
    monkeypatch.setattr(last_accessed_jobs, "JOB_SECONDS", last_accessed_jobs.MOST_SECONDS)
    clock = Clock()
    found = last_accessed.collect(session, Scope(AMARA, "aws"), now=clock.now, sleep=clock.sleep)
    rows, gaps = read(found)
    assert (len(rows), gaps) == (6, []), "the next run goes on: this is pace, and no gap"
    assert clock.time - 1000 == pytest.approx(last_accessed_jobs.MOST_SECONDS * 6 / 5)


def test_a_slow_report_holds_up_no_other(session: AwsSession, simulator: Running) -> None:
    """It takes one of two places; through the other all the rest come, one as soon as the one before has ended."""
    slow, clock = f"arn:aws:iam::{AMARA}:role/Administrator", Clock()
    iam = simulator.inside("iam", MANAGER, AMARA)
    iam.tag_role(RoleName="Administrator", Tags=[{"Key": "simulator", "Value": "job hangs"}])
    came: list[float] = []
    since = simulator.calls()[-1]["n"]
    try:
        scope = Scope(AMARA, "aws", first=[slow])
        for one in last_accessed.collect(session, scope, now=clock.now, sleep=clock.sleep):
            if isinstance(one, Gap):
                assert one.code == "report_late"
                assert one.message.startswith("1 of 11 identities were not asked; the first: the report was")
            else:
                came.append(clock.time - 1000)
    finally:
        iam.untag_role(RoleName="Administrator", TagKeys=["simulator"])
    first_and_second = 0.01 + 0.02  # pauses of a job that is done when it is asked for the second time
    assert came == pytest.approx([first_and_second * number for number in range(1, 11)])
    assert clock.time - 1000 == pytest.approx(last_accessed_jobs.JOB_SECONDS, abs=3)
    asked = [call["operation"] for call in simulator.calls(since)].count("GetServiceLastAccessedDetails")
    assert asked < 10 * 2 + 35, "the slow one is asked for ever more seldom"


def test_switched_off_in_the_middle_passes_through(session: AwsSession) -> None:
    calls: list[str] = []

    def gate() -> None:
        calls.append("")
        if len(calls) > 6:
            raise SwitchedOff

    gated = AwsSession(session.botocore_session, session.region, gate)
    with pytest.raises(SwitchedOff):
        list(last_accessed.collect(gated, Scope(AMARA, "aws")))
    assert len(calls) == 7
