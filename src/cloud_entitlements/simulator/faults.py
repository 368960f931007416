"""Faults before the simulated AWS, by plan and seed, with a log of their own.

A plan is a list of rules; each says what goes wrong, how often, and for which requests. Whether a request is hit
depends on the seed, its account, its operation and its number among those alone: threads may come in any order.

throttle   answered as AWS throttles that service            deny     answered AccessDenied
timeout    no answer for `seconds`, then the line is cut      reset    the connection is torn down
cut        the answer breaks off in the middle of its body    expire   answered ExpiredToken
skew       answered as to a machine whose clock is wrong      repeat   the first page again, with its token
"""

from __future__ import annotations

import hashlib
import itertools
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from cloud_entitlements.simulator.guard import App, Asked, Denied, Start, asked_by, refuse, signer

Kind = Literal["throttle", "deny", "timeout", "reset", "cut", "expire", "skew", "repeat"]
_ACCOUNT = re.compile(r"arn:[\w-]+:iam::(\d{12}):")


@dataclass(frozen=True, slots=True)
class Rule:
    kind: Kind
    share: float = 1.0
    account: str = ""
    """The account whose data is asked for; of AssumeRole, the role's. Empty: any."""
    operation: str = ""
    """`GetCredentialReport`; empty: any."""
    services: tuple[str, ...] = ()
    """Empty: any."""
    most: int | None = None
    """Hits at most so many requests of one account and operation."""
    after: int = 0
    """Leaves the first so many requests of one account and operation alone."""
    seconds: float = 2.0

    def means(self, account: str, asked: Asked) -> bool:
        return (
            self.account in ("", account)
            and self.operation in ("", asked.operation)
            and (not self.services or asked.service in self.services)
        )


@dataclass(frozen=True, slots=True)
class Fault:
    n: int
    account: str
    service: str
    operation: str
    number: int
    """How many requests of this account and operation came before."""
    kind: str
    """Empty: the request went through."""
    job: str = ""
    """Which was asked for, where AWS answers by jobs."""


@dataclass(slots=True)
class Faults:
    """The layer; without a plan it lets everything through and logs nothing."""

    app: App
    rules: tuple[Rule, ...] = ()
    seed: int = 0
    log: list[Fault] = field(default_factory=list)
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    _hits: Counter[tuple[Rule, str, str]] = field(default_factory=Counter)
    _pages: dict[tuple[str, str], tuple[str, list[tuple[str, str]], bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def plan(self, given: dict[str, Any]) -> None:
        """`{"seed": 7, "rules": [{"kind": "throttle", "share": 0.5}, …]}`; no rules end it. Forgets the log."""
        rules = tuple(
            Rule(**{**rule, "services": tuple(rule.get("services", ()))}) for rule in given.get("rules", [])
        )
        with self._lock:
            self.seed, self.rules, self.log = int(given.get("seed", 0)), rules, []
            self._seen.clear()
            self._hits.clear()
            self._pages.clear()

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self.log]

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        signed = signer(environ) if self.rules else None
        if signed is None:
            return self.app(environ, start)
        asked = asked_by(environ, signed.service)
        account = _account(signed.account, asked)
        rule = self._chosen(account, asked)
        if rule is None:
            return self.app(environ, start)
        return _ACTS[rule.kind](self, rule, environ, start, asked, account)

    def _chosen(self, account: str, asked: Asked) -> Rule | None:
        with self._lock:
            number = self._seen[account, asked.operation]
            self._seen[account, asked.operation] += 1
            drawn = _draw(self.seed, account, asked.operation, number)
            chosen, below = None, 0.0
            for rule in self.rules:
                if not rule.means(account, asked) or number < rule.after or self._spent(rule, account, asked):
                    continue
                below += rule.share
                if drawn < below:
                    chosen = rule
                    self._hits[rule, account, asked.operation] += 1
                    break
            kind = chosen.kind if chosen else ""
            at, job = next(self._numbers), asked.parameters.get("JobId", "")
            self.log.append(Fault(at, account, asked.service, asked.operation, number, kind, job))
            return chosen

    def _spent(self, rule: Rule, account: str, asked: Asked) -> bool:
        return rule.most is not None and self._hits[rule, account, asked.operation] >= rule.most

    def through(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        """The answer as it would have been."""
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            told[:] = [status, headers]

        body = b"".join(self.app(environ, start))
        return told[0], told[1], body


def _draw(seed: int, *parts: object) -> float:
    text = "|".join([str(seed), *map(str, parts)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def _account(caller: str, asked: Asked) -> str:
    found = _ACCOUNT.match(asked.parameters.get("RoleArn", ""))
    return found[1] if found and asked.operation == "AssumeRole" else caller


def _throttle(
    _layer: Faults, _rule: Rule, _environ: dict[str, Any], start: Start, asked: Asked, _account: str
) -> Iterable[bytes]:
    code = "TooManyRequestsException" if asked.service == "organizations" else "Throttling"
    return refuse(start, asked, Denied(code, "Rate exceeded", 400))


def _answers(code: str, message: str) -> Act:
    def act(
        _layer: Faults, _rule: Rule, _environ: dict[str, Any], start: Start, asked: Asked, _account: str
    ) -> Iterable[bytes]:
        said = message.format(action=asked.action)
        return refuse(start, asked, Denied(code, said))

    return act


def _timeout(
    layer: Faults, rule: Rule, environ: dict[str, Any], start: Start, asked: Asked, account: str
) -> Iterable[bytes]:
    time.sleep(rule.seconds)
    return _reset(layer, rule, environ, start, asked, account)


def _reset(
    _layer: Faults, _rule: Rule, environ: dict[str, Any], _start: Start, _asked: Asked, _account: str
) -> Iterable[bytes]:
    _tear(environ["werkzeug.socket"])
    raise ConnectionResetError


def _tear(line: socket.socket) -> None:
    """Closed at once with RST, as a firewall or a crashed peer does."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RDWR)


def _cut(
    layer: Faults, _rule: Rule, environ: dict[str, Any], start: Start, _asked: Asked, _account: str
) -> Iterable[bytes]:
    status, headers, body = layer.through(environ)
    whole = [(name, value) for name, value in headers if name.lower() != "content-length"]
    start(status, [*whole, ("Content-Length", str(len(body))), ("Connection", "close")])
    yield body[: len(body) // 2]
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


def _repeat(
    layer: Faults, _rule: Rule, environ: dict[str, Any], start: Start, asked: Asked, account: str
) -> Iterable[bytes]:
    """The first page of a list is remembered, and given again for every later one."""
    key = (account, asked.operation)
    if key not in layer._pages:
        layer._pages[key] = layer.through(environ)
    status, headers, body = layer._pages[key]
    start(status, headers)
    return [body]


Act = Callable[[Faults, Rule, dict[str, Any], Start, Asked, str], Iterable[bytes]]
_ACTS: dict[str, Act] = {
    "throttle": _throttle,
    "deny": _answers("AccessDenied", "User is not authorized to perform: {action}"),
    "timeout": _timeout,
    "reset": _reset,
    "cut": _cut,
    "expire": _answers("ExpiredToken", "The security token included in the request is expired"),
    "skew": _answers(
        "SignatureDoesNotMatch",
        "Signature expired: 20200101T000000Z is now earlier than 20200101T001500Z (20200101T002000Z - 5 min.)",
    ),
    "repeat": _repeat,
}
