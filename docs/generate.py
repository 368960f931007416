"""Writes the reference pages that the code itself knows: commands, API, permissions, checks, snapshots.

`python docs/generate.py` writes them; a test fails when one is stale.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
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
    yield "130 interrupted. The options of `ciem` itself may stand anywhere: `ciem org list --output json`."
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
    yield "each part is: `collected` now, `carried` over because it was read recently, `stale` because it could not be"
    yield "read now, `missing` because it never could. `gaps` says why."
    for table in TABLES.values():
        yield f"## {table.name}"
        yield f"Key: {', '.join(f'`{column}`' for column in table.key)}"
        yield "| column | type |"
        yield "| --- | --- |"
        for name, kind in table.columns.items():
            yield f"| `{name}` | {kind} |"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "permissions.md": permissions,
    "checks.md": checks,
    "failures.md": failures,
    "cli.md": cli,
    "api.md": api,
    "snapshots.md": snapshots,
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
