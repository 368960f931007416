"""A question as people write it, in a form or a body: read field by field, so that what is wrong is said beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category

from cloud_entitlements.access import Question
from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.policy import MalformedRequest
from cloud_entitlements.policy.catalogue import is_single, known_action
from cloud_entitlements.policy.principal import parse_principal
from cloud_entitlements.server.connections.refusals import Invalid

Values = Mapping[str, tuple[str, ...]]
_ACTION = re.compile(r"[A-Za-z0-9][\w.-]*:\w[\w.-]*", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN_PARTS = 6
LONGEST = 2048
"""Characters of a field; AWS's ARNs are shorter."""


def _shown(given: str) -> str:
    return given[:LONGEST].encode("utf-8", "replace").decode()


def _text_alone(given: str) -> bool:
    """Neither control characters nor halves of surrogate pairs, which no name in AWS has and no database takes."""
    return not any(category(one) in ("Cc", "Cs") for one in given)


@dataclass(slots=True)
class Reading:
    """Collects what is wrong, to tell all of it at once."""

    problems: dict[str, Problem] = field(default_factory=dict)

    def refuse(self, name: str, text: str, fix: str) -> None:
        self.problems[name] = Problem("malformed", text, fix)

    def end(self) -> None:
        if self.problems:
            raise Invalid(self.problems)

    def principal(self, given: str) -> str:
        fix = (
            "write the ARN of a user, role, session or root, a service as `ec2.amazonaws.com`, or `anonymous`"
        )
        if not given:
            self.refuse("principal", "the principal is empty", fix)
            return given
        if _ACCOUNT.fullmatch(given):
            fix = f"for the account's root write `arn:aws:iam::{given}:root`"
        try:
            known = parse_principal(given[:LONGEST])
        except MalformedRequest:
            known = None
        if known is None or len(given) > LONGEST or not _text_alone(given):
            self.refuse("principal", f"`{_shown(given)}` is no principal", fix)
        return given

    def action(self, given: str) -> str:
        fix = "write one as `service:Name`, e.g. `s3:GetObject`"
        if not given:
            self.refuse("action", "the action is empty", fix)
        elif "*" in given or "?" in given:
            self.refuse("action", f"`{_shown(given)}` stands for many actions", f"ask for one: {fix}")
        elif len(given) > LONGEST or not _ACTION.fullmatch(given):
            self.refuse("action", f"`{_shown(given)}` is no action", fix)
        return known_action(given) or given

    def resource(self, given: str) -> str:
        found = given or "*"
        arn = found.startswith("arn:") and len(found.split(":", 5)) == _ARN_PARTS
        if len(found) > LONGEST or not (found == "*" or arn) or not _text_alone(found):
            self.refuse(
                "resource",
                f"`{_shown(found)}` is no ARN",
                "write the whole ARN, e.g. `arn:aws:s3:::bucket/key`, or `*` for an action that has no resource",
            )
        return found

    def owner(self, given: str | None) -> str | None:
        if given and not _ACCOUNT.fullmatch(given):
            self.refuse("resource_account", f"`{_shown(given)}` is no account id", "it has 12 digits")
        return given or None

    def context(self, pairs: Iterable[tuple[str, tuple[str, ...]]]) -> Values:
        """Keys differ by more than case (REQ-04); the first spelling stays."""
        written: dict[str, str] = {}
        found: dict[str, tuple[str, ...]] = {}
        for given, values in pairs:
            key = written.setdefault(given.lower(), given)
            known = found.get(key, ())
            found[key] = (*known, *(one for one in values if one not in known))
        for key, values in found.items():
            if len(values) > 1 and is_single(key.lower()):
                self.refuse("context", f"`{key}` holds one value", "keep one of its values")
            if not all(_text_alone(one) for one in (key, *values)):
                self.refuse(
                    "context", f"`{_shown(key)}` holds what is no text", "write it without control characters"
                )
        return found

    def lines(self, given: Iterable[str]) -> Values:
        """`key=value`, one a line; again for more values."""
        pairs: list[tuple[str, tuple[str, ...]]] = []
        for line in (one.strip() for text in given for one in text.splitlines()):
            key, equals, value = (part.strip() for part in line.partition("="))
            if equals and key:
                pairs.append((key, (value,)))
            elif line:
                self.refuse(
                    "context",
                    f"`{_shown(line)}` is not `key=value`",
                    "write one on each line, e.g. `aws:SourceIp=192.0.2.1`",
                )
        return self.context(pairs)

    def service(self, given: str | None) -> str | None:
        found = (given or "").lower()
        if found and not _SERVICE.fullmatch(found):
            self.refuse(
                "service", f"`{_shown(found)}` is no service", "write what stands before the colon: `s3`"
            )
        return found or None


def question(
    principal: str, action: str, resource: str, owner: str | None, context: Mapping[str, Any]
) -> Question:
    """Of a program. Raises Invalid."""
    read = Reading()
    found = Question(
        read.principal(principal.strip()),
        read.action(action.strip()),
        read.resource(resource.strip()),
        read.owner(owner),
        read.context((key, _texts(value)) for key, value in context.items()),
    )
    read.end()
    return found


@dataclass(frozen=True, slots=True)
class About:
    """A question about everybody."""

    action: str
    resource: str
    owner: str | None
    context: Values


def about(action: str, resource: str, owner: str | None, context: Mapping[str, Any]) -> About:
    """Of a program. Raises Invalid."""
    read = Reading()
    found = About(
        read.action(action.strip()),
        read.resource(resource.strip()),
        read.owner(owner),
        read.context((key, _texts(value)) for key, value in context.items()),
    )
    read.end()
    return found


def _texts(value: Any) -> tuple[str, ...]:
    """A value or several; null, like an empty list, says that the key is absent."""
    if value is None:
        return ()
    return tuple(_text(one) for one in value) if isinstance(value, list) else (_text(value),)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
