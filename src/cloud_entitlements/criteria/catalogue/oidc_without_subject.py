"""A role for pipelines that does not ask whose pipeline it is: the issuer has tokens for everybody."""

from __future__ import annotations

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Fix,
    Judgement,
    Standards,
    fails,
    not_applicable,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.issuers import Issuer, issuer_of
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import BY_TOKEN, UNREAD, Admitted, admitted, in_trust, named
from cloud_entitlements.policy.document import Condition


def judge(subject: Subject, around: Around) -> Judgement:
    those = admitted(subject, around)
    if those is None:
        return unknown(UNREAD)
    by_token = [(one, provider, issuer) for one in those for provider, issuer in [_issuer(one)] if issuer]
    if not by_token:
        return not_applicable("no provider of tokens for pipelines is trusted")
    found = (
        in_trust(subject, one.statement, _told(one, provider, issuer))
        for one, provider, issuer in by_token
        if not any(_narrows(condition, provider, issuer) for condition in one.statement.conditions)
    )
    evidence = few(found, "statements")
    return fails(*evidence) if evidence else passes()


def _issuer(one: Admitted) -> tuple[str, Issuer | None]:
    provider = one.value.partition(":oidc-provider/")[2]
    if one.kind != "Federated" or not provider or not one.actions & actions(BY_TOKEN):
        return "", None
    return provider, issuer_of(provider)


def _narrows(condition: Condition, provider: str, issuer: Issuer) -> bool:
    """AWS takes nothing less for a shared issuer: a positive String operator that an absent claim does not meet."""
    operator = condition.operator
    family = operator.family
    if family is None or not family.name.startswith("String") or operator.negated or operator.if_exists:
        return False
    if operator.prefix == "ForAllValues" or not condition.values:
        return False
    claim = _claim(condition.key, provider)
    return claim is not None and all(issuer.says_whose(claim, one) for one in condition.values)


def _claim(key: str, provider: str) -> str | None:
    """REQ-04: the case of a key means nothing."""
    beginning = f"{provider}:".lower()
    return key.lower().removeprefix(beginning) if key.lower().startswith(beginning) else None


def _told(one: Admitted, provider: str, issuer: Issuer) -> str:
    asked = [
        f"`{value}`"
        for condition in one.statement.conditions
        if _claim(condition.key, provider) == "sub"
        for value in condition.values
    ]
    why = f"its `sub` may be {', '.join(asked[:3])}" if asked else "it does not ask for a `sub`"
    return f"{issuer.who} may assume it by {named(one.statement)}: {why}"


CRITERION = Criterion(
    id="oidc-without-subject",
    title="Any pipeline may assume the role",
    types=("role",),
    why="GitHub, GitLab and their like sign tokens for all of their customers. A trust policy that does not ask for the subject, or takes any, opens the role to a stranger's repository.",
    fix=Fix(
        console="IAM > Roles > {name} > Trust relationships > Edit trust policy: add StringLike on the provider's sub with your own owner and repository, such as repo:OWNER/REPOSITORY:* for GitHub or project_path:GROUP/PROJECT:* for GitLab.",
        cli='aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > trust.json\n# edit trust.json: in the statement\'s Condition, add\n#   "StringLike": {"token.actions.githubusercontent.com:sub": "repo:OWNER/REPOSITORY:*"}\naws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json',
        terraform='# in the trust policy of the aws_iam_role {name}:\n# condition {\n#   test     = "StringLike"\n#   variable = "token.actions.githubusercontent.com:sub"\n#   values   = ["repo:OWNER/REPOSITORY:*"]\n# }',
    ),
    criticality="high",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "IA-8"), iso=("A.5.15", "A.5.17")),
    judge=judge,
)
