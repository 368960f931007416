"""The whole proof of an answer: each layer from the top down, as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.context import clean
from cloud_entitlements.cli.printing import VERDICTS

if TYPE_CHECKING:
    from cloud_entitlements.access import Answered

LAYERS = {
    "scp": "service control policies",
    "rcp": "resource control policies",
    "vpc_endpoint": "VPC endpoint policy",
    "boundary": "permissions boundary",
    "session": "session policies",
    "identity": "identity policies",
    "resource": "resource policy",
}
_STATES = {"absent": "not there", "present": "there, with a value that is not known", "unknown": "not known"}


def explanation_record(answered: Answered) -> dict[str, Any]:
    """As `ciem evaluate --explain` has it; and with each statement, where its policy can be looked up."""
    from cloud_entitlements.policy.explain import as_json, explain

    return _with_sources(as_json(explain(answered.decision)), answered.sources)


def _with_sources(explanation: dict[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    layers = [
        {
            **layer,
            "statements": [{**one, "source": sources.get(one["policy"], "")} for one in layer["statements"]],
        }
        for layer in explanation["layers"]
    ]
    parts = [_with_sources(part, sources) for part in explanation["parts"]]
    return {**explanation, "layers": layers, "parts": parts}


def told(explanation: Mapping[str, Any]) -> Iterator[str]:
    """Lines for a terminal: cleaned, and in colour."""
    if not explanation["parts"]:
        yield from _layers(explanation)
        return
    yield f"  it needs {len(explanation['parts'])} permissions, and each must be allowed"
    for part in explanation["parts"]:
        yield f"  {clean(part['action'])} on {clean(part['resource'])}: {_coloured(part['decision'])}"
        yield from _layers(part)


def _layers(explanation: Mapping[str, Any]) -> Iterator[str]:
    if not explanation["layers"]:
        yield f"  {clean(explanation['summary'])}"
    for layer in explanation["layers"]:
        words = _coloured(layer["verdict"])
        if layer["explicit"]:
            words += " by a Deny"
        if layer["text"]:
            words += f": {clean(layer['text'])}"
        if layer["blocks"]:
            words += " (the answer fails here)"
        yield f"  {LAYERS.get(layer['layer'], layer['layer'])}: {words}"
        for one in layer["statements"]:
            yield from map(clean, _statement(one))


def _statement(one: Mapping[str, Any]) -> Iterator[str]:
    from cloud_entitlements.policy.document import statement_place

    name = statement_place(one["statement"]) + (f" `{one['sid']}`" if one["sid"] else "")
    means = f", means the caller as {' and '.join(one['principal'])}" if one["principal"] else ""
    matches = "" if one["matches"] == "true" else ", may match"
    decides = ", decides" if one["decides"] else ""
    yield f"    {one['effect']}: {name} of {one['source'] or one['policy']}{means}{matches}{decides}"
    for condition in one["conditions"]:
        found = _STATES.get(condition["state"]) or ", ".join(condition["found"]) or "an empty list"
        values = ", ".join(condition["values"])
        yield (
            f"      {condition['operator']} {condition['key']}: {values}; the request's is {found}"
            f" → {condition['truth']}"
        )


def _coloured(verdict: str) -> str:
    return click.style(verdict, fg=VERDICTS.get(verdict, "yellow" if verdict == "not read" else None))
