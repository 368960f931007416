"""Fixes filled in for one identity: what is to be pasted is quoted for where it is pasted, for names are hostile text."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloud_entitlements.criteria.criterion import Fix

_PLACE = re.compile(r"\{(name|arn|account|key|policy|type|group|other)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    console: str
    cli: str
    terraform: str


def filled(fix: Fix, facts: Mapping[str, str]) -> Filled:
    """`facts`: name, arn, account, key, policy, type, group, other (an account of others). What is not known, or no
    name that can be pasted, stays as its placeholder, in capitals.
    """
    return Filled(
        _fill(fix.console, facts, str),
        _fill(fix.cli, facts, shlex.quote),
        _fill(fix.terraform, facts, _terraform),
    )


def _fill(text: str, facts: Mapping[str, str], quote: Callable[[str], str]) -> str:
    def put(found: re.Match[str]) -> str:
        given = facts.get(found[1], "")
        # a line end would break out of a comment, however it is quoted
        return quote(given) if given and given.isprintable() else found[1].upper()

    return _PLACE.sub(put, text)


def _terraform(text: str) -> str:
    """A string of HCL: `${` and `%{` would begin a template."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
