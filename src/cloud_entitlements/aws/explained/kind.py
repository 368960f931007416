"""What a failure is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cause:
    text: str
    fix: str
    """A line to copy, or a sentence that says what to do."""
    tell: str = ""
    """How one sees that it is this cause and not another; empty where there is only one."""
    then: str = ""
    """What is to be done after the fix: a line to copy, or a sentence."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`{names}` in the texts are facts, filled in where the failure happens."""

    code: str
    title: str
    causes: tuple[Cause, ...]
    """The likeliest first."""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    text: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    call: str
    message: str
    """AWS's own words where AWS answered."""
    causes: tuple[Cause, ...] = field(default=())
    request_id: str = ""


_COMMAND = r"(?:aws|ciem|curl|df|env|export|getent|ls|timedatectl) .+"
_LINE = re.compile(rf"(?:(?P<lead>.*?): )?(?P<line>{_COMMAND}|\"[\w:]+\": .+)", re.DOTALL)


def split_fix(fix: str) -> tuple[str, str]:
    """A fix as a sentence and the line to copy; either may be empty."""
    found = _LINE.fullmatch(fix)
    return (found["lead"] or "", found["line"]) if found else (fix, "")


_LINES = {
    "deploy": "aws cloudformation deploy --stack-name <stack> --template-file <file> --capabilities CAPABILITY_NAMED_IAM",
    "update": "aws cloudformation deploy --stack-name <stack> --template-file <file> --capabilities CAPABILITY_NAMED_IAM "
    "--parameter-overrides ExternalId=<external id> PlatformAccountId=<platform account> PlatformPrincipalArn=<platform arn>",
    "outputs": "aws cloudformation describe-stacks --stack-name <stack> --query Stacks[0].Outputs",
    "policy": "above the account",
}


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return _LINES.get(name, f"<{name.replace('_', ' ')}>")


def filled(cause: Cause, facts: Mapping[str, str]) -> Cause:
    """A fact that is not known stands as `<its name>`, to be replaced by hand."""
    known = _Facts({name: value for name, value in facts.items() if value})
    return Cause(*(text.format_map(known) for text in (cause.text, cause.fix, cause.tell, cause.then)))
