"""The question as the page's address holds it, so that it can be shared; and the command line that asks the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode

from django.http import QueryDict

from cloud_entitlements.access import Question
from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.server.access.question import About, Reading, Values
from cloud_entitlements.server.access.snapshots import Chosen

Kind = Literal["can", "who"]
_SAID = "context-"
"""What an open key is said to be, from the form below an answer: a field a key."""


@dataclass(frozen=True, slots=True)
class Form:
    """As it was typed."""

    ask: Kind = "can"
    principal: str = ""
    action: str = ""
    resource: str = ""
    resource_account: str = ""
    context: str = ""
    """`key=value`, one a line."""
    connection: str = ""

    @property
    def known(self) -> list[str]:
        """What most questions need not say."""
        account = [f"resource account {self.resource_account}"] if self.resource_account else []
        return [*self.context.splitlines(), *account]

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, getattr(self, name)) for name in self.__dataclass_fields__)

    def address(self, path: str = "/access/", **more: str) -> str:
        """The page of this question; `more` goes beside it."""
        given = {name: value for name, value in {**dict(self.fields), **more}.items() if value}
        return f"{path}?{urlencode(given)}"

    def of(self, principal: str) -> Form:
        return replace(self, ask="can", principal=principal)


@dataclass(frozen=True, slots=True)
class Read:
    form: Form
    asked: Question | About | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)


def read_form(given: QueryDict) -> Read:
    """Without a question when nothing was asked yet, or when there are problems."""
    form = _typed(given)
    if not given.keys() - {"connection"}:
        return Read(form)
    reading = Reading()
    action, resource = reading.action(form.action), reading.resource(form.resource)
    owner, context = reading.owner(form.resource_account), reading.lines([form.context])
    principal = reading.principal(form.principal) if form.ask == "can" else ""
    if reading.problems:
        return Read(form, problems=reading.problems)
    if form.ask == "who":
        return Read(form, About(action, resource, owner, context))
    return Read(form, Question(principal, action, resource, owner, context))


def _typed(given: QueryDict) -> Form:
    def text(name: str) -> str:
        return given.get(name, "").strip()

    lines = [line.strip() for one in given.getlist("context") for line in one.splitlines()]
    said = [
        f"{name.removeprefix(_SAID)}={value.strip()}"
        for name, value in given.items()
        if name.startswith(_SAID) and isinstance(value, str) and value.strip()
    ]
    return Form(
        ask="who" if given.get("ask") == "who" else "can",
        principal=text("principal"),
        action=text("action"),
        resource=text("resource"),
        resource_account=text("resource_account"),
        context="\n".join(line for line in [*lines, *said] if line),
        connection=text("connection"),
    )


def untidy(given: QueryDict) -> bool:
    """The address holds empty fields, or came from the form below an answer: a shared one should not."""
    return any(name.startswith(_SAID) or not value for name, value in given.items())


def command_line(asked: Question | About, chosen: Chosen) -> str:
    """For a shell, quoted."""
    words = ["ciem"]
    words += ["can", asked.principal] if isinstance(asked, Question) else ["who-can"]
    words += [asked.action, asked.resource] if asked.resource != "*" else [asked.action]
    words += _options(asked.owner, asked.context or {})
    words += [] if chosen.default else ["--snapshot", str(chosen.snapshot.folder)]
    return shlex.join(words)


def _options(owner: str | None, context: Values) -> list[str]:
    pairs = [f"{key}={value}" for key, values in context.items() for value in values]
    given = [word for pair in pairs for word in ("--context", pair)]
    return [*given, *(["--resource-account", owner] if owner else [])]
