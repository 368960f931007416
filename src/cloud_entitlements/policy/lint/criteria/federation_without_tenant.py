from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Condition
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_AUDIENCE_IS_NO_TENANT = (
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "oidc.circleci.com",
    "agent.buildkite.com",
)
_AUDIENCE_IS_TENANT = (
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "www.amazon.com",
)
"""Everybody has tokens of these issuers; what tells one customer from another differs."""


def _find(document: Document) -> Iterator[Found]:
    """TRUST-05."""
    for statement in document.statements if document.kind == "trust" else ():
        element = statement.principals
        if statement.effect != "Allow" or element is None or element.negated:
            continue
        for (kind, value), place in zip(element.entries, element.places, strict=True):
            issuer = _shared_issuer(value) if kind == "Federated" else ""
            if issuer and not any(_narrows(one, issuer) for one in statement.conditions):
                yield Found(
                    f"every customer of `{issuer}` can assume the role", place, statement, _fix(issuer)
                )


def _shared_issuer(provider: str) -> str:
    name = provider.partition(":oidc-provider/")[2] or provider
    return next(
        (one for one in (*_AUDIENCE_IS_NO_TENANT, *_AUDIENCE_IS_TENANT) if name.split("/")[0] == one), ""
    )


def _narrows(condition: Condition, issuer: str) -> bool:
    prefix, _, claim = condition.key.lower().rpartition(":")
    operator = condition.operator
    if (
        not prefix.startswith(issuer)
        or operator.family is None
        or not operator.family.name.startswith("String")
    ):
        return False
    if operator.negated or operator.if_exists or operator.prefix == "ForAllValues":
        return False
    return (claim != "aud" or issuer in _AUDIENCE_IS_TENANT) and not any(
        one.strip("*") == "" for one in condition.values
    )


def _fix(issuer: str) -> str:
    claim = "sub" if issuer in _AUDIENCE_IS_NO_TENANT else "aud"
    return f"add a condition with `StringEquals` or `StringLike` on `{issuer}:{claim}`"


FEDERATION_WITHOUT_TENANT = Criterion(
    code="federation-without-tenant",
    title="A shared identity provider without a condition on whose tokens are meant",
    severity="error",
    why="The issuer serves everybody: without a claim of yours in a condition, a stranger's token opens the role.",
    fix="add a condition on a claim that only your tokens have",
    find=_find,
)
