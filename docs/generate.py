"""Writes the reference pages that the code itself knows: commands, API, permissions, checks, snapshots, evaluation,
lint, criteria.

`python docs/generate.py` writes them; a test fails when one is stale.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- written by docs/generate.py -->"


def permissions() -> Iterator[str]:
    from cloud_entitlements.aws.permissions import ANY, CONTENT_OPERATIONS, PERMISSIONS, WITHOUT_PERMISSION

    yield "# Permissions"
    yield "What the roles made by the template may ask AWS, and why. Nothing here writes; nothing reads content."
    yield "| action | role | on | purpose | thrown away at once |"
    yield "| --- | --- | --- | --- | --- |"
    for found in PERMISSIONS:
        where = "management and member" if "member" in found.roles else "management"
        resource = "everything" if found.resource == ANY else "its own StackSet"
        yield f"| `{found.action}` | {where} | {resource} | {found.purpose} | {found.dropped} |"
    yield ""
    yield "A single account's role has the actions of the member role."
    yield "## Called without a permission of the template"
    for operation, why in WITHOUT_PERMISSION.items():
        yield f"- `{operation}`: {why}"
    yield "## Never called"
    yield "Operations that return content, though AWS calls many of them Read or List. A test keeps them out of the table."
    yield "| operation | returns |"
    yield "| --- | --- |"
    for operation, content in CONTENT_OPERATIONS.items():
        yield f"| `{operation}` | {content} |"


def checks() -> Iterator[str]:
    from cloud_entitlements.aws.checks import CHECKS_ACCOUNT, CHECKS_ORGANIZATION
    from cloud_entitlements.aws.collectors import COLLECTORS
    from cloud_entitlements.aws.doctor import CHECKS_DOCTOR
    from cloud_entitlements.server.connections.models import Account

    for title, kinds in (
        ("Connecting an organization", CHECKS_ORGANIZATION),
        ("Connecting an account", CHECKS_ACCOUNT),
        ("`ciem doctor`", CHECKS_DOCTOR),
    ):
        if kinds is CHECKS_ORGANIZATION:
            yield "# Checks, account states and collectors"
        yield f"## {title}"
        yield "| code | proves | call |"
        yield "| --- | --- | --- |"
        for kind in kinds:
            yield f"| `{kind.code}` | {kind.title} | `{kind.call}` |"
        yield ""
    yield "A check is waiting, running, passed, failed or skipped. A failed one names AWS's own message and its probable"
    yield "causes, the likeliest first, each with a line to copy. The two refusals must be AWS's AccessDenied: any other"
    yield "error leaves them unproven, and unproven is failed."
    yield "## States of an account"
    yield "| state | means |"
    yield "| --- | --- |"
    for value, meaning in STATES.items():
        yield f"| `{value}` | {meaning} |"
    assert set(STATES) == set(Account.Status.values), "a state has no explanation"  # noqa: S101
    yield "## Collectors"
    yield "| collector | reads | at most every |"
    yield "| --- | --- | --- |"
    for collector in COLLECTORS:
        calls = ", ".join(f"`{operation}`" for operation in collector.operations)
        pace = f"{collector.cadence.total_seconds() / 3600:g} h" if collector.cadence else "run"
        yield f"| {collector.name} | {calls} | {pace} |"


def failures() -> Iterator[str]:
    from cloud_entitlements.aws.explained import GROUPS, causes_of

    yield "# What can fail, and the way back"
    yield "Every failure that the product knows by its code: what page, terminal and API show where it happens. Causes are"
    yield "ranked, the likeliest first; `<words in brackets>` are filled in with what is known. The product has the same page"
    yield "under Setup, at `/setup/failures/`."
    for group in GROUPS:
        yield f"## {group.title}"
        yield group.text
        for kind in group.kinds:
            yield f"### `{kind.code}`"
            yield f"{kind.title}."
            yield ""
            for number, cause in enumerate(causes_of(kind.code), start=1):
                yield f"{number}. {_plain(cause.text)}."
                if cause.tell:
                    yield f"   How to tell: {_plain(cause.tell)}."
                yield f"   Fix: {_step(cause.fix)}"
                if cause.then:
                    yield f"   Then: {_step(cause.then)}"
            yield ""


def _step(step: str) -> str:
    from cloud_entitlements.aws.explained import split_fix

    lead, line = split_fix(step)
    return f"{_plain(lead) + (': ' if line else '.') if lead else ''}{f'`{line}`' if line else ''}"


def _plain(text: str) -> str:
    """Facts in brackets are no HTML to a Markdown reader, unless they stand in code already."""
    parts = text.split("`")
    return "`".join(part if number % 2 else part.replace("<", "\\<") for number, part in enumerate(parts))


STATES = {
    "pending": "the role is not there yet: AWS is still deploying, or the account just joined",
    "connected": "the role answers, refuses without the external id, and was read",
    "refused": "the role does not answer, or the StackSet failed there",
    "too_open": "the role answers without the external id, or with a wrong one: nothing is collected through it",
    "denied": "a service or resource control policy denies assuming the role, or everything it asks",
    "failed": "it could not be read this time: throttling, the network, or a mistake; what was read before is kept",
    "suspended": "AWS suspended the account, or it is being closed; no failure",
    "closed": "the account is closed",
    "left": "the account is no longer in the organization",
    "not_targeted": "it lies outside the targets; what stands above the targets is read all the same",
}


def cli() -> Iterator[str]:
    import click

    from cloud_entitlements.cli.main import GROUPS, root

    yield "# Commands"
    yield "Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 failed, 2 usage, 3 finished with gaps,"
    yield "130 interrupted, 141 whoever read stdout has left. The options of `ciem` itself may stand anywhere: `ciem org list --output json`."
    yield from _help(root, "ciem")
    context = click.Context(root, info_name="ciem")
    for name in sorted(GROUPS):
        command = root.get_command(context, name)
        assert command is not None  # noqa: S101
        yield from _help(command, f"ciem {name}")
        if isinstance(command, click.Group):
            for below in sorted(command.commands):
                yield from _help(command.commands[below], f"ciem {name} {below}")


def _help(command: Any, name: str) -> Iterator[str]:
    import click

    from cloud_entitlements.cli.main import root

    yield f"## `{name}`"
    yield "```text"
    text = command.get_help(
        click.Context(
            command, info_name=name, terminal_width=100, max_content_width=100, **root.context_settings
        )
    )
    yield "\n".join(line.rstrip() for line in text.splitlines())
    yield "```"


def api() -> Iterator[str]:
    from cloud_entitlements.server.api import api as described
    from cloud_entitlements.server.urls import urlpatterns

    assert urlpatterns  # noqa: S101  importing it adds the routes
    yield "# API"
    yield "Under `/api/v1`; the whole description, with every field, is OpenAPI at `/api/v1/openapi.json`. Send a token"
    yield "as `Authorization: Bearer …`; `ciem token create NAME` prints one. A signed-in browser session works too,"
    yield "with Django's CSRF token. Errors are problem details (RFC 9457): `code`, `detail`, `fix`, `request_id`, for a"
    yield "wrong field `errors`, for a taken id the other's `url`. Lists page by `cursor` and `limit` (at most 500)."
    yield "| call | | answers |"
    yield "| --- | --- | --- |"
    for path, methods in described.get_openapi_schema()["paths"].items():
        for method, one in methods.items():
            yield f"| `{method.upper()} {path}` | {one['summary']} | {', '.join(str(code) for code in one['responses'])} |"
    yield "## Connect from a program"
    yield EXAMPLE


EXAMPLE = """\
```sh
api=http://127.0.0.1:8080/api/v1/aws/organizations
auth="Authorization: Bearer $(ciem token create pipeline)"
id=$(curl -s -H "$auth" -d '{"name": "Production", "target_ids": ["r-ab12"], "tags": []}' $api | jq -r .id)
curl -s -H "$auth" $api/$id/template > template.yaml
# deploy it in the management account, read its output RoleArn, then
curl -s -H "$auth" -d "{\\"role_arn\\": \\"$role_arn\\"}" $api/$id/connect
curl -s -H "$auth" $api/$id | jq '.status, .checks'
```"""


def snapshots() -> Iterator[str]:
    from cloud_entitlements.inventory.tables import TABLES

    yield "# Snapshots"
    yield "What was collected, as a folder of Parquet files: `snapshots/<connection>/<snapshot>/` in the data folder."
    yield "`manifest.json` is written last and makes it visible; `latest` beside the folders names the one that counts."
    yield "A snapshot never changes; the newest 30 are kept. Any tool that reads Parquet can open it."
    yield "Policy documents are rows of `documents`, by the SHA-256 of their canonical JSON. `collections` says how old"
    yield "each part is: `collected` now, `partial` because some of it could not be read, `carried` over because it was"
    yield "read recently, `stale` because it could not be read now, `missing` because it never could or was not given,"
    yield "`absent` because there is none. `gaps` says why. A part without a row was not asked for, and is as unknown."
    yield ""
    yield "A snapshot is `live`, or of an `import` of [files](../how-to/import-files.md): `origin` in its manifest, beside"
    yield "`name`, `gaps`, and `not_given`, the number of parts that an import was not given (their gaps have the code"
    yield "`not_given`). Imported with `--standalone`, the parts of the organization are `absent`, and the manifest says"
    yield "`standalone`: there are no control policies, which is not the same as not knowing them. A type of control policies"
    yield "that an import knows nothing of has the status `UNKNOWN` in `policy_types`. A resource without a row in"
    yield "`resource_policies` is unknown; one without a `document` there has no policy. An identity without a row in"
    yield "`last_accessed` was not [asked about yet](../explanation/collection.md#last-access), and is no less unknown."
    yield ""
    yield "`snapshots/default` names what questions are asked of: `<connection>`, whose latest counts, or"
    yield "`<connection>/<snapshot>`. An import and `ciem snapshot use` write it, a live run never does; without it, or when"
    yield "what it names is gone, the newest snapshot of all counts."
    for table in TABLES.values():
        yield f"## {table.name}"
        yield f"Key: {', '.join(f'`{column}`' for column in table.key)}"
        yield "| column | type |"
        yield "| --- | --- |"
        for name, kind in table.columns.items():
            yield f"| `{name}` | {kind} |"


def evaluation() -> Iterator[str]:
    from dataclasses import fields

    from cloud_entitlements.policy import switches
    from cloud_entitlements.policy.cases import FIELDS
    from cloud_entitlements.policy.profiles import PROFILES
    from cloud_entitlements.policy.rcp import rcp_services, rcp_services_date
    from cloud_entitlements.policy.rules import RULES

    yield "# Evaluation"
    yield "What `ciem evaluate` takes and answers, and the rules it keeps. Nothing here calls AWS."
    yield "## A case"
    yield "One JSON object a line. What is left out, or null, does not apply; a layer that is the string `unknown` was not"
    yield "read, and so may be one policy of a list, or one level."
    yield CASE
    yield "| field | holds |"
    yield "| --- | --- |"
    assert set(CASE_FIELDS) == set(FIELDS), "a field of the case has no explanation"  # noqa: S101
    for name in FIELDS:
        yield f"| `{name}` | {CASE_FIELDS[name]} |"
    yield "## An answer"
    yield "| field | says |"
    yield "| --- | --- |"
    for name, text in ANSWER_FIELDS.items():
        yield f"| `{name}` | {text} |"
    yield "## Assumptions"
    yield "What no policy and no inventory tells of a call stays unknown, unless an assumption is made by name: `assume` of a"
    yield "case, `--assume` of `ciem can`. What the context gives, and what follows from the question, wins: of keys that go"
    yield "together (here between semicolons) nothing is assumed when one of them is given otherwise, and a warning says so."
    yield "The answer repeats what was assumed."
    yield "| assumption | says | keys |"
    yield "| --- | --- | --- |"
    for name, profile in PROFILES.items():
        told = "; ".join(_told(together) for together in profile.keys(MOMENT))
        yield f"| `{name}` | {profile.text} | {told} |"
    yield "## Switches"
    yield "Rules that AWS does not document, and that were not tried against it. `switches` of a case turns them."
    yield "| switch | default | |"
    yield "| --- | --- | --- |"
    texts = _field_texts(switches)
    for one in fields(switches.Switches):
        default = getattr(switches.DEFAULT, one.name)
        shown = str(default).lower() if isinstance(default, bool) else "none"
        yield f"| `{one.name}` | {shown} | {texts[one.name]} |"
    yield "## Rules"
    yield "What AWS does, in our words; the code cites each by its id. `tests/cases/policy` holds the cases that prove it: one"
    yield "runner reads them, and adding one needs no code."
    yield "| rule | says | cases |"
    yield "| --- | --- | --- |"
    proofs = _proofs()
    for rule, sentence in RULES.items():
        yield f"| {rule} | {sentence.replace('|', '&#124;')} | {proofs[rule]} |"
    yield "## Services that resource control policies reach"
    yield f"As of {rcp_services_date()}: {', '.join(f'`{one}`' for one in sorted(rcp_services()))}."


MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
"""An example of now."""


def _told(together: Mapping[str, Any]) -> str:
    from cloud_entitlements.policy.profiles import as_context

    by_state: dict[str, list[str]] = {}
    for key, value in as_context(tuple(together.items())).items():
        state = "absent" if value is None else "present" if isinstance(value, dict) else f"= `{value}`"
        by_state.setdefault(state, []).append(f"`{key}`")
    return ", ".join(f"{', '.join(keys)} {state}" for state, keys in by_state.items())


def _proofs() -> Counter[str]:
    from cloud_entitlements.policy.cases import cases_in

    files = sorted((FOLDER.parents[1] / "tests" / "cases" / "policy").rglob("*.json"))
    cases = [case for file in files for case in cases_in(json.loads(file.read_text(encoding="utf-8")))]
    return Counter(rule for case in cases for rule in case["rules"])


def _field_texts(module: Any) -> dict[str, str]:
    """What is written below each field of a dataclass."""
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(module.Switches))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found: dict[str, str] = {}
    for one, below in itertools.pairwise(body):
        if isinstance(one, ast.AnnAssign) and isinstance(below, ast.Expr):
            found[ast.unparse(one.target)] = " ".join(str(ast.literal_eval(below.value)).split())
    return found


CASE = """\
```json
{"name": "the role reads a report", "principal": "arn:aws:iam::111122223333:role/Dev", "action": "s3:GetObject",
 "resource": "arn:aws:s3:::reports/june.csv", "resource_account": "111122223333",
 "identity_policies": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}],
 "service_control_policies": "unknown"}
```"""

CASE_FIELDS = {
    "name": "anything; the answer repeats it",
    "rules": "ids of rules that a test case shows; ignored",
    "expect": "what a test case expects; ignored",
    "principal": "ARN of a user, role, session, federated user or root; a service's name; `anonymous`; or "
    '`{"federated": "<provider>"}` for a token',
    "session_of": "ARN of the role or user that the session is of, with its path; a user's own ARN: credentials of "
    "GetSessionToken",
    "principal_in": "`organization`, `path`, `management_account` of the caller's account; `organization` empty: in none",
    "action": "`service:Name`",
    "resource": "an ARN, or `*`",
    "resource_account": "whose it is, where the ARN does not say",
    "resource_in": "as `principal_in`, of the resource's account",
    "aws_managed": "true for a KMS key that AWS manages",
    "context": 'keys of the request: a value, a list, null for absent, or `{"state": "present"}` (`absent`, `unknown`)',
    "derive_context": "false: not even keys that follow from the case are filled in",
    "missing_context": "what every other key is: `unknown` (the default) or `absent`",
    "assume": "names of assumptions, see below",
    "identity_policies": "inline, managed and group policies",
    "permissions_boundary": "one policy",
    "session_policies": "those that the session was made with",
    "resource_policy": "of the bucket, key, queue; of a role, its trust policy",
    "service_control_policies": "a list of levels from the root to the caller's account, each the list of what is attached",
    "resource_control_policies": "the same, to the resource's account",
    "vpc_endpoint_policies": "of the endpoint that the request passes",
    "kms_grants": "as `kms:ListGrants` prints them",
    "s3": "`acl` and `object_acl` as S3 prints their grants, `canonical_ids` (account by id), `object_ownership`, "
    "`object_owner`, `block_public_access` (what holds, or by `organization`, `account`, `bucket`, `access_point`), `abac`",
    "switches": "see below",
}
ANSWER_FIELDS = {
    "decision": "`allowed`, `denied` or `conditional`",
    "explicit_deny": "denied by a Deny, and not for want of an Allow",
    "denied_by": "layers that deny, or whose Allow is missing: `identity`, `resource`, `boundary`, `session`, `scp`, `rcp`, "
    "`vpc_endpoint`",
    "context_keys": "keys on which a conditional answer depends, spelled as AWS does; a tag's key as the policy has it",
    "residual": "what must hold for it to be allowed",
    "minimised": "false: there were too many cases, or patterns that overlap, so the condition may be wider than it need be",
    "incomplete": "what was not read or not said and could change the answer, by layer or field",
    "assumed": "what was assumed, in the form of `context`: it can be given there instead",
    "warnings": "what is odd, like an action that the catalogue does not know",
    "statements": "those that decide: `statement` is the place in the document, [from 0](../explanation/evidence.md#how-statements-are-numbered)",
    "explanation": "with `--explain`: every layer's verdict, statements, conditions and values",
    "error": "instead of all others: why the case can't be decided",
}


def lint() -> Iterator[str]:
    from cloud_entitlements.policy.lint.criteria import CRITERIA

    yield "# Findings in a policy document"
    yield "What `ciem policy lint` finds, by code. An **error** is refused by AWS or can't mean what it says. A **warning** is"
    yield "probably a mistake, or gives more than it seems to; AWS's list of actions, resource types and condition keys may be"
    yield "behind AWS itself, so what it does not know is a warning. A **note** changes no decision. Errors and warnings end the"
    yield "command with 1. [How to lint policies](../how-to/lint-policies.md)."
    yield "| code | severity | |"
    yield "| --- | --- | --- |"
    for one in CRITERIA:
        yield f"| [`{one.code}`](#{one.code}) | {one.severity} | {one.title} |"
    for one in CRITERIA:
        yield f"## {one.code}"
        yield f"{one.title}: {one.severity}."
        yield ""
        yield f"{one.why}"
        yield ""
        yield f"Fix: {one.fix}."


def criteria() -> Iterator[str]:
    from cloud_entitlements.criteria import CRITERIA
    from cloud_entitlements.criteria.criterion import PERIODS
    from cloud_entitlements.criteria.exempt import EXEMPTIONS
    from cloud_entitlements.criteria.fixes import general
    from cloud_entitlements.server.recommendations.shown import standards

    yield "# Criteria"
    yield "What is checked about each identity. One that fails is a [recommendation](../how-to/recommendations.md), with its"
    yield "[evidence](../explanation/evidence.md): a sentence, and where they apply the policy, its document and statement (as"
    yield "`Statement[0]`), the access key, the moment."
    yield "Criticality and period stand here as they are by default; `ciem criteria set`, the API and the page *Security"
    yield f"policies* change them, for all connections or for one. Usual periods are {', '.join(map(str, PERIODS))} days."
    yield ""
    yield "What was not read is *unknown*, never passed. *Contained* is what would fail, if a permissions boundary or a control"
    yield "policy did not stop it."
    yield ""
    yield "What stands in CAPITALS in a fix is to be filled in. Where it is told of an identity, the product has filled in its"
    yield "name, its policy and its key, and says the line that suits how it holds the policy: attached, inline, or by a group."
    yield "| criterion | of | criticality | days | |"
    yield "| --- | --- | --- | --- | --- |"
    for one in CRITERIA:
        days = one.period or ""
        yield f"| [`{one.id}`](#{one.id}) | {', '.join(one.types)} | {one.criticality} | {days} | {one.title} |"
    for one in CRITERIA:
        yield f"## {one.id}"
        yield f"{one.title}: {one.criticality}" + (f", after {one.period} days." if one.period else ".")
        yield ""
        yield one.why
        yield ""
        yield f"- Evidence from: {', '.join(part.replace('_', ' ') for part in one.needs)}."
        for name, numbers in standards(one.standards):
            yield f"- {name}: {numbers}."
        yield ""
        fix = general(one.fix)
        yield f"Fix: {_plain(fix.console)}"
        for language, text in (("sh", fix.cli), ("hcl", fix.terraform)):
            yield f"```{language}\n{text}\n```"
    yield "## Who is exempt"
    yield "Judged like all, so that it can be seen; but nothing is recommended."
    yield "| | |"
    yield "| --- | --- |"
    for exempt in EXEMPTIONS:
        yield f"| `{exempt.id}` | {exempt.why} |"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "permissions.md": permissions,
    "checks.md": checks,
    "failures.md": failures,
    "cli.md": cli,
    "api.md": api,
    "snapshots.md": snapshots,
    "evaluation.md": evaluation,
    "lint.md": lint,
    "criteria.md": criteria,
}


def render(page: str) -> str:
    """Blank lines around headings and tables, so that every Markdown reader takes them as such."""
    lines: list[str] = [NOTE]
    before = ""
    for line in PAGES[page]():
        starts = line.startswith(("#", "```"))
        if starts or (line.startswith("|") and not before.startswith("|")) or before.startswith("#"):
            lines.append("")
        lines.append(line)
        before = line.splitlines()[-1] if line else line
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CIEM_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "cloud_entitlements.server.settings"
        import django

        django.setup()
        for page in PAGES:
            (FOLDER / page).write_text(render(page), encoding="utf-8")
            sys.stdout.write(f"{page}\n")


if __name__ == "__main__":
    main()
