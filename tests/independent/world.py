"""A question put to the emulator: what it tells of is made there, and the call is made as its principal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from botocore.exceptions import ClientError

from .calls import CALLS, DENIED, LET_THROUGH, NOT_FOUND, Asked
from .emulator import Emulator
from .people import Person, Refused, give, sign_in, take
from .resources import MADE, Case, make, owner_of, put_policy, region_of, tags

Observed = Literal["allowed", "denied", "refused"]
"""Refused: the emulator does not store one of the documents."""


@dataclass(frozen=True, slots=True)
class Answer:
    observed: Observed
    case: Case
    """The question as it was asked in the end: with the ARNs that came to be, and with what is known of the call."""


class World:
    """Wiped before a question that tells of other people or things, so that no question knows of another.

    Questions that differ by one identity policy alone, as most do, share the rest: that makes three calls of ten.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._told = ""
        self._chosen = ("", "")
        self._person: Person | None = None
        self._given = 0

    def ask(self, case: Case) -> Answer:
        try:
            asked = self._made(case)
        except Refused:
            return Answer("refused", case)
        person = self._person
        assert person is not None
        context = {**_known_of_calls(asked), **person.facts, **(case.get("context") or {})}
        return Answer(self._call(asked, person), {**asked, "context": context})

    def _made(self, case: Case) -> Case:
        now = told(case)
        if now != self._told or self._given > 1:
            self._begin(case)
        self._told, asked = "", _renamed(case, *self._chosen)  # should anything fail, nothing is shared
        self._give(asked)
        self._told = now
        return asked

    def _begin(self, case: Case) -> None:
        self._told, self._chosen = "", ("", "")
        self._emulator.forget()
        if _is_made(case):
            self._chosen = (case["resource"], make(self._emulator, case))
        asked = _renamed(case, *self._chosen)
        self._person, self._given = sign_in(self._emulator, asked), 0
        if case.get("resource_policy") is not None:
            put_policy(self._emulator, asked)

    def _give(self, case: Case) -> None:
        policies = case.get("identity_policies") or []
        assert self._person is not None
        if self._given and not policies:
            take(self._person)
        self._given = 0
        if self._person.name:
            give(self._person, policies)
            self._given = len(policies)

    def _call(self, case: Case, person: Person) -> Observed:
        call = CALLS[case["action"]]
        client = self._emulator.client_as(call.service, person.credentials, region_of(case))
        context = {key.lower(): value for key, value in (case.get("context") or {}).items()}
        asked = Asked(str(case.get("resource") or "*"), owner_of(case), context, self._emulator.endpoint)
        try:
            getattr(client, call.operation)(**call.arguments(asked))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in DENIED or (code in NOT_FOUND and _is_made(case)):
                return "denied"
            if code not in LET_THROUGH | NOT_FOUND:
                raise
        return "allowed"


def _is_made(case: Case) -> bool:
    """A resource that is a whole service's, as that of a listing, is not."""
    resource = str(case.get("resource") or "*")
    return case["action"].partition(":")[0] in MADE and resource != "*" and not resource.endswith(":")


def _renamed(case: Case, given: str, chosen: str) -> Case:
    """The question with the ARN that AWS chose."""
    if given == chosen:
        return case
    found: Case = json.loads(json.dumps(case).replace(given, chosen))
    return found


def told(case: Case) -> str:
    """All that is made for a question, but the identity policies: asked in this order, questions share most of it."""
    fields = ("principal", "session_of", "permissions_boundary", "session_policies", "resource_policy")
    said = [case.get(field) for field in fields]
    people = [tags(case, start) for start in ("aws:principaltag/", "aws:resourcetag/")]
    resource = case.get("resource") if _is_made(case) or case["action"] == "sts:AssumeRole" else None
    if case["action"].startswith("s3:") and resource:
        resource = resource.partition("/")[0]
    return json.dumps([resource, owner_of(case), said, people])


def _known_of_calls(case: Case) -> dict[str, Any]:
    return {
        "aws:SourceIp": "127.0.0.1",
        "aws:SecureTransport": False,
        "aws:CurrentTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": int(datetime.now(UTC).timestamp()),
        "aws:RequestedRegion": region_of(case),
        "aws:ViaAWSService": False,
    }
