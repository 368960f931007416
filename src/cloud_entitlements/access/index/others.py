"""Callers beyond the snapshot that the resource's policy names: services, everybody, accounts of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cloud_entitlements.access.can import Asker, Question
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.policy import UNREAD, Decision, MalformedRequest, PolicyStack, evaluate
from cloud_entitlements.policy.context import ABSENT, PRESENT, UNKNOWN
from cloud_entitlements.policy.principal import Principal, parse_principal
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.stack import CompiledPolicy

_STRANGER = dict.fromkeys(("aws:principalorgid", "aws:principalorgpaths"), ABSENT)
_NOBODY_IN_PARTICULAR = ("aws:principalarn", "aws:principaltype", "aws:userid")


def others(store: Store, asker: Asker, question: Question) -> tuple[list[Decision], list[str]]:
    """The decisions that are not "denied", and what has to be said beside them. `question` is asked by `anonymous`."""
    everybody = parse_principal("anonymous")
    stack = asker.of(everybody, question)[0].stack
    unread = stack.resource is UNREAD or UNREAD in (stack.resource or ())
    found = [_decided(asker, one, question) for one in _named(store, stack, question.action.lower())]
    return (
        [one for one in found if one.outcome != "denied"],
        ["the resource's policy was not read: it may admit others than those in the snapshot"]
        if unread
        else [],
    )


def _named(store: Store, stack: PolicyStack, action: str) -> list[Principal]:
    members = stack.resource if isinstance(stack.resource, tuple) else ()
    found: dict[Principal, None] = {}
    for member in members:
        for statement in member.about(action) if isinstance(member, CompiledPolicy) else ():
            element = statement.principals
            if not statement.allows or element is None:
                continue
            entries = (("*", "*"),) if element.negated else element.entries
            for type_, value in entries:
                found |= dict.fromkeys(_outside(store, type_, value))
    return list(found)


def _outside(store: Store, type_: str, value: str) -> Iterator[Principal]:
    if value == "*" and type_ in ("*", "AWS"):
        yield _ANYBODY
    elif type_ == "Federated":
        yield Principal("federated", value)
    elif type_ in ("Service", "AWS"):
        try:
            caller = _account(value) if value.isdigit() else parse_principal(value)
        except MalformedRequest:
            return  # PRN-02: a principal that was deleted
        caller = _account(caller.account) if caller.type == "root" else caller
        if caller.account not in store.accounts:
            yield caller


def _account(account: str) -> Principal:
    """Whoever its own policies allow: a role that nobody knows."""
    return Principal("role", f"arn:aws:iam::{account}:root", account)


_ANYBODY = Principal("role", "any AWS account", "any AWS account")
"""Signed in with an account that nobody knows, and that is in no organization of ours."""


def _decided(asker: Asker, caller: Principal, question: Question) -> Decision:
    found, request = asker.of(caller, question)
    if caller is _ANYBODY:
        if quirks_of(request.service).unsigned(request):
            found, request = asker.of(parse_principal("anonymous"), question)
        else:
            request = replace(request, context=request.context.with_states(_STRANGER))
    if caller.type == "role" and not caller.name:
        given = {key.lower() for key in question.context or {}}
        open_ = {key: PRESENT for key in _NOBODY_IN_PARTICULAR if key not in given}
        context = request.context.with_states({**open_, "aws:username": UNKNOWN})
        request = replace(request, context=context)
    return evaluate(found.stack, request)
