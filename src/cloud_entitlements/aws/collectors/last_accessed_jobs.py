"""AWS's reports of when services were last accessed: a job for each identity, begun, waited for, read.

A job's id is good only for the session that began it, so each is waited for and read where it was begun. Two at a time
in an account is what AWS is asked for here: as soon as one has ended the next is begun. One that AWS fails, forgets
or never ends is left out; the others are still asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloud_entitlements.aws.collecting import pages
from cloud_entitlements.aws.one_by_one import Asking, is_gone
from cloud_entitlements.aws.sessions import SwitchedOff

AT_ONCE = 2
PAGE = 1000
MOST_SECONDS = 180
"""After which no further job is begun in this run."""
JOB_SECONDS = 60
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, SLOWER = 0.1, 3.0, 2
"""A quick report is had at once; one of three seconds is asked for five times, as often as from 0.25 s by half more."""
GENERATE, GET = "iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"


class JobLate(Exception):
    """AWS did not end the job in the time that we wait."""

    failure_code = "report_late"


class JobFailed(Exception):
    """AWS ended the job without a report, or does not know it any more."""

    failure_code = "report_failed"


@dataclass(frozen=True, slots=True)
class Report:
    arn: str
    services: Sequence[Mapping[str, Any]] | None
    """As AWS gave them; None when the identity is gone."""
    granularity: str = ""


@dataclass(slots=True)
class _Job:
    """One that AWS works on."""

    arn: str
    id: str
    began: float
    ask_at: float
    pause: float

    def ask_later(self, now: float) -> None:
        self.pause = min(self.pause * SLOWER, LONGEST_PAUSE_SECONDS)
        self.ask_at = now + self.pause


@dataclass(slots=True)
class Jobs:
    client: Any
    asking: Asking
    sleep: Callable[[float], None]
    now: Callable[[], float]
    granularity: str
    _open: list[_Job] = field(default_factory=list)

    def reports(self, arns: Sequence[str]) -> Iterator[Report]:
        """Ends early when the time is over, or when AWS refuses in a way that is not about one identity."""
        over, waiting = self.now() + MOST_SECONDS, deque(arns)
        while not self.asking.over:
            while waiting and len(self._open) < AT_ONCE and self.now() < over and not self.asking.over:
                gone = self._begin(waiting.popleft())
                if gone is not None:
                    yield gone
            if not self._open:
                return
            yield from self._poll_next()

    def _begin(self, arn: str) -> Report | None:
        try:
            answer = self.client.generate_service_last_accessed_details(Arn=arn, Granularity=self.granularity)
        except SwitchedOff:
            raise
        except Exception as error:  # noqa: BLE001  every error is a gap, and says why
            if is_gone(error):
                self.asking.answer()
                return Report(arn, None)
            self.asking.miss(error, GENERATE)
        else:
            now, pause = self.now(), FIRST_PAUSE_SECONDS
            self._open.append(_Job(arn, answer["JobId"], now, now + pause, pause))
        return None

    def _poll_next(self) -> Iterator[Report]:
        """Asks for the job whose turn comes first; each has its own pause, so that a slow one holds up no other."""
        job = min(self._open, key=lambda one: one.ask_at)
        early = job.ask_at - self.now()
        if early > 0:
            self.sleep(early)
        found = self._poll(job, late=self.now() - job.began > JOB_SECONDS)
        if found is not None:
            self.asking.answer()
            yield found

    def _poll(self, job: _Job, *, late: bool) -> Report | None:
        """Leaves the job open while it is under way."""
        try:
            found = self._read(job, late=late)
        except SwitchedOff:
            raise
        except Exception as error:  # noqa: BLE001  every error is a gap, and says why
            self._open.remove(job)
            lost = JobFailed(f"AWS does not know the job any more: {error}") if is_gone(error) else error
            # AWS has no policy that denies a single report: a denial here is one of all of them
            self.asking.miss(lost, GET, ends=not isinstance(lost, JobFailed | JobLate))
            return None
        if found is None:
            job.ask_later(self.now())
        else:
            self._open.remove(job)
        return found

    def _read(self, job: _Job, *, late: bool) -> Report | None:
        """None while the job is under way."""
        services: list[Mapping[str, Any]] = []
        granularity = self.granularity
        for page in pages(self.client.get_service_last_accessed_details, JobId=job.id, MaxItems=PAGE):
            status = page["JobStatus"]
            if status == "IN_PROGRESS" and not late:
                return None
            if status == "IN_PROGRESS":
                raise JobLate(f"the report was not ready after {JOB_SECONDS} s")
            if status != "COMPLETED":
                told = page.get("Error") or {}
                raise JobFailed(f"{told.get('Code', status)}: {told.get('Message', 'AWS gives no reason')}")
            services += page.get("ServicesLastAccessed", [])
            granularity = page.get("JobType") or granularity
        return Report(job.arn, services, granularity)
