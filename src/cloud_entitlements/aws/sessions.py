"""The seam to AWS: whose credentials call, whether a call may go out now, and what was called.

Everything in `aws/` receives an `AwsSession`; nothing else in the product makes a boto client. The gate is
asked before every HTTP attempt, retries included, and while something waits, so that a connection that is
switched off stops within one request. Imports botocore alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import ConnectionClosedError
from botocore.loaders import Loader

SESSION_NAME = "cloud-entitlements"
# A chained role session lasts one hour at most, and a platform under a role always chains.
SESSION_SECONDS = 3600
NAP_SECONDS = 0.5
"""The longest that anything sleeps before the gate is asked again."""
HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

Gate = Callable[[], None]
"""Raises `SwitchedOff` when no further call may be made."""
Recorder = Callable[[str, str], None]
"""Told the service and the API operation of every HTTP attempt, e.g. `("iam", "GetRole")`; may raise `TooManyCalls`."""

_making_clients = threading.Lock()  # botocore sessions are not safe while a client is being made


class SwitchedOff(Exception):
    """The connection was switched off or removed, or whoever calls is to end: the call was not made."""


class TooManyCalls(Exception):
    """The share of calls that one account may take in a run is used up; the call was not made."""

    failure_code = "too_many_calls"


@dataclass(frozen=True, slots=True)
class RoleToAssume:
    arn: str
    external_id: str | None
    """None leaves the parameter out of the call: the test that the role refuses without it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take before it fails. Checks that a person waits for are impatient."""

    attempts: int = 10
    connect_seconds: float = 5
    read_seconds: float = 60


def _open_gate() -> None: ...


def _forget(_service: str, _operation: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _WholeBodies:
    """botocore takes a body that broke off for a whole one, and fails to parse it without another try.

    As a closed connection it is tried again like any other.
    """

    session: Any

    def send(self, request: Any) -> Any:
        response = self.session.send(request)
        promised = response.headers.get("content-length", "")
        if promised.isdigit() and request.method != "HEAD" and len(response.content) < int(promised):
            raise ConnectionClosedError(endpoint_url=request.url)
        return response

    def close(self) -> None:
        self.session.close()


def pause(seconds: float, gate: Gate) -> None:
    """Sleeps; raises `SwitchedOff` within half a second of the gate's closing."""
    while seconds > 0:
        gate()
        nap = min(seconds, NAP_SECONDS)
        time.sleep(nap)
        seconds -= nap


@dataclass(frozen=True, slots=True)
class _WakefulPauses:
    """botocore sleeps up to 20 s before it tries again; here the pause is over when the gate closes."""

    emitter: Any
    gate: Gate

    def emit(self, event_name: str, **given: Any) -> Any:
        answers = self.emitter.emit(event_name, **given)
        if not event_name.startswith("needs-retry."):
            return answers
        seconds = next((answer for _, answer in answers if answer is not None), None)
        if seconds is None or seconds is False:
            return answers
        pause(seconds, self.gate)
        return [(None, 0)]  # again, at once


@dataclass(frozen=True, slots=True)
class AwsSession:
    """One set of credentials. Its clients ask the gate and tell the recorder."""

    botocore_session: Any
    region: str
    gate: Gate = _open_gate
    recorder: Recorder = _forget
    patience: Patience = field(default_factory=Patience)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def client(self, service: str, region: str | None = None) -> Any:
        """One for each service and Region: what it has learned of throttling, and its open line, serve the next caller."""
        key = (service, region or self.region)
        if key not in self._clients:
            self._clients[key] = self._made(*key)
        return self._clients[key]

    def _made(self, service: str, region: str) -> Any:
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": self.patience.attempts},
            connect_timeout=self.patience.connect_seconds,
            read_timeout=self.patience.read_seconds,
            user_agent_extra="cloud-entitlements",
        )
        with _making_clients:
            made = self.botocore_session.create_client(service, region_name=region, config=config)
        made.meta.events.register("before-send", self._before_send(service))
        endpoint = made._endpoint  # noqa: SLF001  no public seam
        endpoint.http_session = _WholeBodies(endpoint.http_session)
        endpoint._event_emitter = _WakefulPauses(endpoint._event_emitter, self.gate)  # noqa: SLF001
        return made

    def pause(self, seconds: float) -> None:
        """Sleeps between two calls."""
        pause(seconds, self.gate)

    def regions(self, service: str, partition: str) -> tuple[str, ...]:
        """Where botocore knows the service, the session's own Region first. An account may not have enabled them all."""
        found = self.botocore_session.get_available_regions(service, partition_name=partition)
        return tuple(sorted(found, key=lambda region: (region != self.region, region)))

    def _before_send(self, service: str) -> Callable[..., None]:
        def before_send(event_name: str, **_: object) -> None:
            self.gate()
            self.recorder(service, event_name.rsplit(".", 1)[-1])

        return before_send


@dataclass(frozen=True, slots=True)
class AwsSessions:
    """The sessions of one connection: the platform's own, and those of roles assumed straight from it."""

    gate: Gate = _open_gate
    recorder: Recorder = _forget
    region: str | None = None

    def pause(self, seconds: float) -> None:
        """Sleeps between two calls."""
        pause(seconds, self.gate)

    def platform(self, patience: Patience | None = None) -> AwsSession:
        session = _platform_session()
        region = self.region or session.get_config_variable("region") or HOME_REGIONS["aws"]
        return AwsSession(session, region, self.gate, self.recorder, patience or Patience())

    def assume(self, role: RoleToAssume, patience: Patience | None = None) -> AwsSession:
        """Assumes `role` now and again before expiry. Raises botocore's ClientError when it is refused."""
        caller = self.platform(patience)

        def obtain() -> dict[str, str]:
            return _assume(caller.client("sts"), role)

        credentials = RefreshableCredentials.create_from_metadata(obtain(), obtain, "sts-assume-role")
        session = _session()
        session._credentials = credentials  # noqa: SLF001  botocore has no public setter for these
        return AwsSession(session, caller.region, self.gate, self.recorder, caller.patience)


def _assume(sts: Any, role: RoleToAssume) -> dict[str, str]:
    optional: Mapping[str, str] = {} if role.external_id is None else {"ExternalId": role.external_id}
    answer = sts.assume_role(
        RoleArn=role.arn, RoleSessionName=SESSION_NAME, DurationSeconds=SESSION_SECONDS, **optional
    )
    got = answer["Credentials"]
    return {
        "access_key": got["AccessKeyId"],
        "secret_key": got["SecretAccessKey"],
        "token": got["SessionToken"],
        "expiry_time": got["Expiration"].isoformat(),
    }


@lru_cache(maxsize=1)
def _loader() -> Loader:
    """Service models are read from disk once per process and not once per account."""
    return botocore.session.Session().get_component("data_loader")


def _session() -> Any:
    session = botocore.session.Session()
    session.register_component("data_loader", _loader())
    return session


@lru_cache(maxsize=1)
def _platform_session() -> Any:
    return _session()


def forget_platform_credentials() -> None:
    """The next platform session reads boto3's default credential chain afresh."""
    _platform_session.cache_clear()
