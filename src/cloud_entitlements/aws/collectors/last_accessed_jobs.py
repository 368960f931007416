"""AWS's reports of when services were last accessed: a job for each identity, begun, waited for, read.

A job's id is good only for the session that began it, so a pair is begun, waited for and read before the next.
Two at a time in an account is what AWS is asked for here. One that AWS fails, forgets or never ends is left out;
the others are still asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloud_entitlements.aws.collecting import pages
from cloud_entitlements.aws.one_by_one import Asking, is_gone
from cloud_entitlements.aws.sessions import SwitchedOff

AT_ONCE = 2
PAGE = 1000
MOST_SECONDS = 180
"""After which no further pair is begun in this run."""
JOB_SECONDS = 60
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, SLOWER = 0.25, 3.0, 1.5
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
class Jobs:
    client: Any
    asking: Asking
    sleep: Callable[[float], None]
    now: Callable[[], float]
    granularity: str
    _open: dict[str, str] = field(default_factory=dict)
    """Job ids by ARN."""

    def reports(self, arns: Sequence[str]) -> Iterator[Report]:
        """Ends early when the time is over, or when AWS refuses in a way that is not about one identity."""
        began, waiting = self.now(), list(arns)
        while waiting and not self.asking.over and self.now() - began < MOST_SECONDS:
            pair, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            for arn in pair:
                gone = None if self.asking.over else self._begin(arn)
                if gone is not None:
                    yield gone
            yield from self._wait()

    def _begin(self, arn: str) -> Report | None:
        try:
            answer = self.client.generate_service_last_accessed_details(Arn=arn, Granularity=self.granularity)
            self._open[arn] = answer["JobId"]
        except SwitchedOff:
            raise
        except Exception as error:  # noqa: BLE001  every error is a gap, and says why
            if is_gone(error):
                self.asking.answer()
                return Report(arn, None)
            self.asking.miss(error, GENERATE)
        return None

    def _wait(self) -> Iterator[Report]:
        """Polls the open jobs in turn until each has ended, one way or another."""
        began, pause = self.now(), FIRST_PAUSE_SECONDS
        while self._open and not self.asking.over:
            self.sleep(pause)
            pause = min(pause * SLOWER, LONGEST_PAUSE_SECONDS)
            late = self.now() - began > JOB_SECONDS
            for arn in list(self._open):
                found = None if self.asking.over else self._poll(arn, late=late)
                if found is not None:
                    self.asking.answer()
                    yield found
        self._open.clear()

    def _poll(self, arn: str, *, late: bool) -> Report | None:
        try:
            found = self._read(arn, late=late)
        except SwitchedOff:
            raise
        except Exception as error:  # noqa: BLE001  every error is a gap, and says why
            del self._open[arn]
            lost = JobFailed(f"AWS does not know the job any more: {error}") if is_gone(error) else error
            # AWS has no policy that denies a single report: a denial here is one of all of them
            self.asking.miss(lost, GET, ends=not isinstance(lost, JobFailed | JobLate))
            return None
        if found is not None:
            del self._open[arn]
        return found

    def _read(self, arn: str, *, late: bool) -> Report | None:
        """None while the job is under way."""
        services: list[Mapping[str, Any]] = []
        granularity = self.granularity
        for page in pages(
            self.client.get_service_last_accessed_details, JobId=self._open[arn], MaxItems=PAGE
        ):
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
        return Report(arn, services, granularity)
