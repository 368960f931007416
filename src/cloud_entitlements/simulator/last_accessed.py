"""IAM's reports of when services were last accessed, which moto lacks: jobs, their pages, and what AWS refuses.

A job is under way when it is asked for the first time, and done at the second. Its id is good for the session that
made it, or for the user. Two may be open in an account; one more is throttled. An identity with the tag `simulator`
has a job that fails (`job fails`) or never ends (`job hangs`).
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.iam import responses
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend

from cloud_entitlements.simulator import callers, usage
from cloud_entitlements.simulator.guard import error_xml

OPEN_AT_ONCE = 2
OPEN_SECONDS = 2
"""After which a job that nobody asks for is done anyway."""
TAG = "simulator"


def install() -> None:
    answers = responses.IamResponse
    answers.generate_service_last_accessed_details = generate
    answers.get_service_last_accessed_details = get
    # moto looks through the users of all accounts for a key
    IAMBackend.get_all_access_keys_for_all_users = lambda self: [
        key for user in list(self.users.values()) for key in user.access_keys
    ]


@dataclass(slots=True)
class Job:
    account: str
    owner: str
    arn: str
    granularity: str
    made: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC).replace(microsecond=0))
    at: float = field(default_factory=time.monotonic)
    asked: int = 0
    overtaken: bool = False
    """One that was begun later was asked for: they are made in order."""

    @property
    def open(self) -> bool:
        return not self.asked and not self.overtaken and time.monotonic() - self.at < OPEN_SECONDS


_JOBS: dict[str, Job] = {}
_LOCK = threading.Lock()


def generate(self: Any) -> ActionResult | tuple[str, dict[str, int]]:
    arn = self._get_param("Arn")
    _entity(self.backend, arn)
    wanted = Job(self.current_account, _owner(self), arn, self._get_param("Granularity") or "SERVICE_LEVEL")
    with _LOCK:
        others = {key: job for key, job in _JOBS.items() if job.account == wanted.account and job.open}
        for key, job in others.items():
            if (job.owner, job.arn) == (
                wanted.owner,
                arn,
            ):  # the answer did not arrive, and it is asked again
                return ActionResult({"JobId": key})
        if len(others) >= OPEN_AT_ONCE:
            return error_xml("Throttling", "Rate exceeded"), {"status": 400}
        made = str(uuid.uuid4())
        _JOBS[made] = wanted
    return ActionResult({"JobId": made})


def get(self: Any) -> ActionResult:
    key = self._get_param("JobId")
    with _LOCK:
        job = _JOBS.get(key)
        if job is None or job.owner != _owner(self):
            raise NotFoundException(f"Report for job id {key} is not found.")
        job.asked += 1
        for other in _JOBS.values():
            other.overtaken |= other.account == job.account and other.at < job.at
    answer = {"JobType": job.granularity, "JobCreationDate": job.made, "IsTruncated": False}
    tag = _tags(_entity(self.backend, job.arn)).get(TAG)
    if job.asked == 1 or tag == "job hangs":
        return ActionResult({**answer, "JobStatus": "IN_PROGRESS", "ServicesLastAccessed": []})
    ended = {**answer, "JobCompletionDate": dt.datetime.now(dt.UTC).replace(microsecond=0)}
    if tag == "job fails":
        error = {"Code": "ServiceFailure", "Message": "The report could not be made."}
        return ActionResult({**ended, "JobStatus": "FAILED", "ServicesLastAccessed": [], "Error": error})
    found = list(_services(self.backend, job))
    start, count = int(self._get_param("Marker") or 0), int(self._get_param("MaxItems") or 100)
    page = {"JobStatus": "COMPLETED", "ServicesLastAccessed": found[start : start + count]}
    more = {"IsTruncated": True, "Marker": str(start + count)} if start + count < len(found) else {}
    return ActionResult({**ended, **page, **more})


def _owner(request: Any) -> str:
    caller = callers.identify(request.get_access_key())
    return caller.key_id if ":assumed-role/" in caller.arn else caller.arn


def _entity(backend: Any, arn: str) -> Any:
    entities = [*backend.users.values(), *backend.roles.values(), *backend.groups.values()]
    found = next((entity for entity in entities if entity.arn == arn), None)
    if found is None:
        raise NotFoundException(f"ARN {arn} not found.")
    return found


def _tags(entity: Any) -> dict[str, str]:
    tags = getattr(entity, "tags", None) or []
    listed = tags.values() if isinstance(tags, dict) else tags
    return {tag["Key"]: tag["Value"] for tag in listed}


def _services(backend: Any, job: Job) -> Iterator[dict[str, Any]]:
    may = usage.granted(callers.policies_of(job.arn))
    used = _used(backend, job.arn, may)
    for prefix, actions in may.items():
        day = used.services.get(prefix)
        found: dict[str, Any] = {
            "ServiceName": usage.SERVICES[prefix].name,
            "ServiceNamespace": prefix,
            "TotalAuthenticatedEntities": 1 if day else 0,
        }
        if day:
            found |= {"LastAuthenticated": _moment(day), "LastAuthenticatedEntity": job.arn,
                      "LastAuthenticatedRegion": usage.region(prefix)}  # fmt: skip
        if job.granularity == "ACTION_LEVEL" and any(f"{prefix}:{name}" in used.actions for name in actions):
            found["TrackedActionsLastAccessed"] = [_action(prefix, name, used) for name in actions]
        yield found


def _action(prefix: str, name: str, used: usage.Used) -> dict[str, Any]:
    day = used.actions.get(f"{prefix}:{name}")
    dated = {"LastAccessedTime": _moment(day), "LastAccessedRegion": usage.region(prefix)} if day else {}
    return {"ActionName": name, **dated}


def _used(backend: Any, arn: str, may: Mapping[str, tuple[str, ...]]) -> usage.Used:
    """Of a group what its members used of it."""
    group = next((group for group in backend.groups.values() if group.arn == arn), None)
    if group is None:
        return usage.used(arn, may)
    found = usage.Used()
    for member in group.users:
        theirs = usage.used(member.arn, usage.granted(callers.policies_of(member.arn)))
        found.add(
            usage.Used(
                {name: day for name, day in theirs.services.items() if name in may},
                {name: day for name, day in theirs.actions.items() if name.partition(":")[0] in may},
            )
        )
    return found


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), dt.UTC)
