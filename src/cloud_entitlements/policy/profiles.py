"""Assumptions about a request that may be made by name, and are never made in silence (GK-02).

A profile says what keys are that no policy and no inventory can tell. What is known wins: of keys that go together, all
are left alone when the context says otherwise of one. The answer repeats what was assumed, in the form of a context.

Source: IAM User Guide, "AWS global condition context keys", availability of each key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloud_entitlements.policy.context import ABSENT, PRESENT, State
from cloud_entitlements.policy.errors import MalformedRequest
from cloud_entitlements.policy.keys import spelled
from cloud_entitlements.policy.principal import Principal

States = Mapping[str, State]
Assumed = tuple[tuple[str, State], ...]
"""Keys in lower case, with what was assumed of each."""


@dataclass(frozen=True, slots=True)
class Profile:
    text: str
    keys: Callable[[datetime], tuple[States, ...]]
    """Of a moment, keys in lower case with what they are; those in one mapping go together."""
    lasting: bool = False
    """It is about credentials that only users and root have."""


@dataclass(frozen=True, slots=True)
class Assumption:
    states: Assumed = ()
    warnings: tuple[str, ...] = ()
    """Of what was asked to be assumed and is not, because more is known."""


NOTHING_ASSUMED = Assumption()


def _direct(_at: datetime) -> tuple[States, ...]:
    called = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
    return (
        {"aws:securetransport": ("true",)},
        {"aws:viaawsservice": ("false",), **dict.fromkeys(called, ABSENT)},
        # AWS's servers for the Model Context Protocol add both to the calls that they forward
        dict.fromkeys(("aws:viaawsmcpservice", "aws:calledviaawsmcp"), ABSENT),
    )


def _now(at: datetime) -> tuple[States, ...]:
    told = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return ({"aws:currenttime": (told,), "aws:epochtime": (str(int(at.timestamp())),)},)


_OF_ENDPOINTS = (
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
)
ENDPOINT_KEYS = frozenset(_OF_ENDPOINTS)
"""Present only when the request passes a VPC endpoint."""


def _internet(_at: datetime) -> tuple[States, ...]:
    return ({"aws:sourceip": PRESENT, **dict.fromkeys(_OF_ENDPOINTS, ABSENT)},)


_OF_SESSIONS = (
    "aws:assumedroot",
    "aws:chatbotsourcearn",
    "aws:ec2instancesourceprivateipv4",
    "aws:ec2instancesourcevpc",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:sourceidentity",
    "aws:tokenissuetime",
    "ec2:roledelivery",
    "ec2:sourceinstancearn",
    "glue:credentialissuingservice",
    "glue:roleassumedby",
    "identitystore:userid",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
)


def _long_term_key(_at: datetime) -> tuple[States, ...]:
    return (dict.fromkeys(_OF_SESSIONS, ABSENT),)


PROFILES: Mapping[str, Profile] = {
    "direct": Profile("the caller calls AWS over TLS itself, and neither a service nor an MCP server does", _direct),
    "now": Profile("the call is made at the moment of the question", _now),
    "internet": Profile("the call comes from an address of the internet, and through no VPC endpoint", _internet),
    "long-term-key": Profile(
        "a user or root signs with a lasting access key, which no second factor and no session stands behind",
        _long_term_key,
        lasting=True,
    ),
}  # fmt: skip

LASTING = frozenset(name for name, profile in PROFILES.items() if profile.lasting)


def assume(names: Sequence[Any], caller: Principal, known: States, at: datetime) -> Assumption:
    """`known`: what the context gives and what follows from the question. `at` in UTC. Raises MalformedRequest."""
    if not names:
        return NOTHING_ASSUMED
    states: dict[str, State] = {}
    warnings: list[str] = []
    for name in dict.fromkeys(str(one) for one in names):
        for together in _fitting(name, caller).keys(at):
            other = next((key for key, state in together.items() if not _fits(known.get(key), state)), None)
            if other is None:
                states |= {key: state for key, state in together.items() if key not in known}
            else:
                warnings.append(_left_out(name, other, together))
    return Assumption(tuple(sorted(states.items(), key=lambda one: one[0])), tuple(warnings))


def _fitting(name: str, caller: Principal) -> Profile:
    if name not in PROFILES:
        listed = ", ".join(f"`{one}`" for one in PROFILES)
        raise MalformedRequest(f"there is no assumption `{name}`: there are {listed}")
    profile = PROFILES[name]
    if profile.lasting and (caller.type not in ("user", "root") or caller.parent):
        raise MalformedRequest(
            f"`{name}` can't be assumed of `{caller.arn or 'anonymous'}`: it is for users and root without a session"
        )
    return profile


def _fits(known: State | None, assumed: State) -> bool:
    """A value fits where any may be; text in any case."""
    if known is None or known is assumed:
        return True
    if not isinstance(known, tuple):
        return False
    return assumed is PRESENT or (
        isinstance(assumed, tuple) and [one.lower() for one in known] == [one.lower() for one in assumed]
    )


def _left_out(name: str, given: str, together: States) -> str:
    others = ", ".join(f"`{spelled(key)}`" for key in together if key != given)
    rest = f", so nothing is assumed of {others} either" if others else ""
    return f"`{name}` does not fit `{spelled(given)}` as it is given{rest}"


def as_context(assumed: Assumed) -> dict[str, Any]:
    """In the form of a case's `context`, so that it can be given there instead."""
    return {spelled(key): _told(state) for key, state in assumed}


def _told(state: State) -> Any:
    if state is ABSENT:
        return None
    if not isinstance(state, tuple):
        return {"state": state.value}
    return state[0] if len(state) == 1 else list(state)


def in_words(context: Mapping[str, Any]) -> str:
    """`aws:SecureTransport = true; absent: aws:CalledVia` of what `as_context` gives."""
    return "; ".join(_parts(context))


def _parts(context: Mapping[str, Any]) -> Iterator[str]:
    known = {key: value for key, value in context.items() if isinstance(value, str)}
    if known:
        yield ", ".join(f"{key} = {value}" for key, value in known.items())
    for word, keys in (
        ("present", [key for key, value in context.items() if isinstance(value, dict)]),
        ("absent", [key for key, value in context.items() if value is None]),
    ):
        if keys:
            yield f"{word}: {', '.join(keys)}"
