"""Issuers of tokens for pipelines: whose pipelines have a token of each, and which claims say whose it is.

Claims that IAM hands on are in AWS's catalogue of condition keys of STS; how a `sub` is written is in the vendors' pages on
OpenID Connect. An issuer that AWS calls shared ("Identity-provider controls for shared OIDC providers") has tokens for
everybody; some have one issuer for each of their customers, and then anybody *of the customer* has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_OWNED = r"[^/:*?]+/"
"""An owner in full, then a repository or project, or a pattern of some."""
_VALUE = r"[^:*?]+(?::|$)"
_WHOLE = r"^[^*?]+$"


@dataclass(frozen=True, slots=True)
class Issuer:
    provider: str
    """Of the provider's URL without `https://`; a regular expression, as all below."""
    who: str
    """Whoever has a token, when the trust policy does not ask whose it is."""
    subject: str
    """A `sub` that has it is somebody's in particular."""
    claims: Mapping[str, str] = field(default_factory=dict)
    """Other claims that say whose a token is."""

    def says_whose(self, claim: str, value: str) -> bool:
        """`value` in lower or upper case as it is; a wildcard stands in it as `*` or `?`. A variable is what the token itself
        says, and names nobody.
        """
        if "${" in value:
            return False
        wanted = self.subject if claim == "sub" else self.claims.get(claim)
        return wanted is not None and re.search(wanted, value) is not None


_GITHUB_SUBJECT = (
    rf"^(?:[^*?]*:)?(?:(?:repo|repository|job_workflow_ref):{_OWNED}"
    rf"|(?:repository_id|repository_owner|repository_owner_id|enterprise|enterprise_id):{_VALUE})"
)
_GITHUB = {
    "repository": rf"^{_OWNED}",
    "job_workflow_ref": rf"^{_OWNED}",
    "repository_id": _WHOLE,
    "repository_owner_id": _WHOLE,
    "enterprise_id": _WHOLE,
}
_GITLAB_SUBJECT = (
    rf"^(?:[^*?]*:)?(?:project_path:{_OWNED}|(?:project_id|namespace_id|namespace_path):{_VALUE})"
)
_OF_ORGANIZATION = rf"^organization:{_VALUE}"
ISSUERS = (
    Issuer(
        r"(vs)?token\.actions\.githubusercontent\.com", "any repository on GitHub", _GITHUB_SUBJECT, _GITHUB
    ),
    Issuer(
        r"token\.actions\.githubusercontent\.com/.+|token\.actions\.[\w-]+\.ghe\.com",
        "any repository of the GitHub enterprise",
        _GITHUB_SUBJECT,
        _GITHUB,
    ),
    Issuer(r".+/_services/token", "any repository of the GitHub server", _GITHUB_SUBJECT, _GITHUB),
    Issuer(
        r"gitlab\.com",
        "any project on gitlab.com",
        _GITLAB_SUBJECT,
        {"namespace_id": _WHOLE, "project_id": _WHOLE},
    ),
    Issuer(
        r"([\w-]+\.)*[\w-]*gitlab[\w-]*\.[\w.:-]+(/.*)?", "any project of the GitLab server", _GITLAB_SUBJECT
    ),
    Issuer(r"app\.terraform\.io", "any workspace on Terraform Cloud", _OF_ORGANIZATION),
    Issuer(
        r"agent\.buildkite\.com",
        "any pipeline on Buildkite",
        _OF_ORGANIZATION,
        {"organization_id": _WHOLE, "organization_slug": _WHOLE, "pipeline_id": _WHOLE},
    ),
    Issuer(
        r"oidc\.circleci\.com/org/.+",
        "any project of the CircleCI organization",
        r"^org/[^/*?]+/project/[^/*?]+(?:/|$)",
        {"oidc.circleci.com/project-id": _WHOLE},
    ),
    Issuer(
        r"api\.bitbucket\.org/2\.0/workspaces/.+",
        "any repository of the Bitbucket workspace",
        r"^[^*?:]+(?::|$)",
    ),
    Issuer(
        r"oidc\.codefresh\.io|scalr\.io|proidc\.upbound\.io|tokens\.cloud\.shisho\.dev|studio\.datachain\.ai/api",
        "any customer of the issuer",
        r"^[^*?:/]+[:/][^*?:/]+(?:[:/]|$)|^[^*?]+$",
    ),
)
"""The first that fits a provider is meant."""


def issuer_of(provider: str) -> Issuer | None:
    """Of a provider's URL without `https://`."""
    return next((one for one in ISSUERS if re.fullmatch(one.provider, provider, re.IGNORECASE)), None)
