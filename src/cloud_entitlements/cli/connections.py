"""`ciem org …` and `ciem account …`: the same commands over two kinds of connection."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cloud_entitlements.cli.care import add_care, show_deployment
from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.printing import record, rows
from cloud_entitlements.cli.product import commands

GAPS = 3
TOOLS = ("cloudformation", "terraform")  # the commands' `Tool`, without importing them at start
LIST = {
    "id": "ID", "name": "NAME", "management_account_id": "ACCOUNT", "status": "STATUS", "enabled": "ON",
    "coverage": "COVERAGE", "synchronization.state": "SYNCHRONIZATION", "connected_at": "CONNECTED AT", "tags": "TAGS",
}  # fmt: skip
SHOW = {
    **LIST, "organization_id": "ORGANIZATION", "target_ids": "TARGETS", "external_id": "EXTERNAL ID",
    "role_arn": "ROLE", "identity_center.status": "IDENTITY CENTER", "identity_center.detail": "WHY", "synchronization.ended_at": "LAST ENDED", "synchronization.next_at": "NEXT",
    "synchronization.error": "ERROR", "critical": "CRITICAL", "deployment.found": "TEMPLATE",
    "calls.total": "AWS CALLS", "calls.most": "MOST IN ONE ACCOUNT",
    "calls.most_account": "THAT ACCOUNT", "calls.cap": "CAP FOR AN ACCOUNT",
}  # fmt: skip
ACCOUNTS = {
    "account_id": "ACCOUNT", "name": "NAME", "unit_path": "UNIT", "status": "STATUS", "detail": "DETAIL",
}  # fmt: skip


def _record(connection: Any) -> dict[str, Any]:
    from cloud_entitlements.server.connections.commands import find
    from cloud_entitlements.server.connections.records import connection_record

    return connection_record(find(str(connection.id)))


def group_for(kind: str) -> click.Group:  # noqa: C901, PLR0915  one function a command
    noun, word = ("organization", "org") if kind == "organization" else ("account", "account")

    @click.group(help=f"Connect {noun}s, and look after them. ID is an id, a name, or the id of a target.")
    def group() -> None: ...

    @group.command("list", help=f"List {noun} connections.")
    @click.pass_obj
    def listed(context: Context) -> None:
        with commands(context) as product:
            from cloud_entitlements.server.connections.records import connection_record

            rows(context, [connection_record(found) for found in product.connections(kind)], LIST)

    @group.command("show", help="Show one, with its checks.")
    @click.argument("id")
    @click.pass_obj
    def show(context: Context, id: str) -> None:
        with commands(context) as product:
            found = _record(product.find(id, kind))
        record(context, found, SHOW)
        if context.output == "table" and found["checks"]:
            click.echo()
            rows(
                context,
                found["checks"],
                {"title": "CHECK", "state": "STATE", "detail": "DETAIL", "message": "AWS"},
            )
        if context.output == "table":
            show_deployment(context, found["deployment"] or {})

    @group.command(
        "template", help="Print the CloudFormation template, or the same roles as a Terraform file."
    )
    @click.argument("id")
    @click.option("--format", "tool", type=click.Choice(TOOLS), default=TOOLS[0], show_default=True)
    @click.option("-o", "--file", "path", type=click.Path(dir_okay=False), help="Write it to a file instead.")
    @click.pass_obj
    def template(context: Context, id: str, tool: Any, path: str | None) -> None:
        if path and tool == "terraform" and not path.endswith(".tf"):
            raise click.BadParameter("terraform reads only files named `*.tf`", param_hint="--file")
        with commands(context) as product:
            connection = product.find(id, kind)
            text = product.template(connection, tool)
            command = product.deploy_line(connection, path, tool)
        if path:
            Path(path).write_text(text, encoding="utf-8")
            click.echo(
                f"written to {path}; deploy it in the account it is for:\n  {command}", file=sys.stderr
            )
        else:
            click.echo(text, nl=False)

    @group.command("connect", help="Prove the role that the stack made, then collect.")
    @click.argument("id")
    @click.option("--role-arn", required=True, help="The stack's output RoleArn.")
    @click.option("--no-wait", is_flag=True, help="Leave it to a running server.")
    @click.pass_obj
    def connect(context: Context, id: str, role_arn: str, no_wait: bool) -> None:
        with commands(context) as product:
            connection = product.find(id, kind)
            run = product.connect(connection, role_arn)
            _finish(context, connection, run, wait=not no_wait)

    @group.command("accounts", help="List the accounts, each with its state.")
    @click.argument("id")
    @click.option("--status", help="Only those in this state.")
    @click.pass_obj
    def accounts(context: Context, id: str, status: str | None) -> None:
        with commands(context) as product:
            from cloud_entitlements.server.connections.records import account_record

            found = product.find(id, kind).accounts.all()
            found = found.filter(status=status) if status else found
            rows(context, [account_record(account) for account in found], ACCOUNTS)

    @group.command("edit", help="Change name, tags or targets.")
    @click.argument("id")
    @click.option("--name")
    @click.option("--tag", "tags", multiple=True, help="Replaces all tags; may be given ten times.")
    @click.option("--target", "targets", multiple=True, help="Replaces all targets.")
    @click.pass_obj
    def edit(
        context: Context, id: str, name: str | None, tags: tuple[str, ...], targets: tuple[str, ...]
    ) -> None:
        with commands(context) as product:
            connection = product.find(id, kind)
            product.change(connection, name=name, tags=tags or None, target_ids=targets or None)
            record(context, _record(connection), SHOW)
            update = product.update_line(product.template_input(connection)) if targets else ""
        if targets:
            click.echo(
                f"download the new template (`ciem {word} template`), then update the stack:\n  {update}",
                file=sys.stderr,
            )

    def switch(name: str, enabled: bool, text: str) -> None:
        @group.command(name, help=text)
        @click.argument("id")
        @click.pass_obj
        def switched(context: Context, id: str) -> None:
            with commands(context) as product:
                connection = product.find(id, kind)
                product.change(connection, enabled=enabled)
                record(context, _record(connection), SHOW)

    switch("on", True, "Switch on: collection goes on.")
    switch("off", False, "Switch off: no call is made to AWS for it.")

    @group.command("reprocess", help="Collect now, and wait for the end.")
    @click.argument("id")
    @click.option("--no-wait", is_flag=True, help="Leave it to a running server.")
    @click.pass_obj
    def reprocess(context: Context, id: str, no_wait: bool) -> None:
        with commands(context) as product:
            connection = product.find(id, kind)
            _finish(context, connection, product.reprocess(connection), wait=not no_wait)

    @group.command("retry", help="Try again what failed, and wait for the end.")
    @click.argument("id")
    @click.option("--account", help="Only this account.")
    @click.option("--identity-center", is_flag=True, help="Only Identity Center, or with that account.")
    @click.option("--no-wait", is_flag=True, help="Leave it to a running server.")
    @click.pass_obj
    def retry(context: Context, id: str, account: str | None, identity_center: bool, no_wait: bool) -> None:
        with commands(context) as product:
            connection = product.find(id, kind)
            run = product.retry(connection, account, identity_center=identity_center)
            _finish(context, connection, run, wait=not no_wait)

    @group.command("remove", help="Forget it. Delete its stack in AWS too: that removes the roles.")
    @click.argument("id")
    @click.option("--purge", is_flag=True, help="Also delete what was collected.")
    @click.option("--yes", is_flag=True, help="Don't ask.")
    @click.pass_obj
    def remove(context: Context, id: str, purge: bool, yes: bool) -> None:
        with commands(context) as product:
            connection = product.find(id, kind)
            name, stack = connection.name, product.template_names(connection).stack_name
            if not yes:
                click.confirm(f"Remove {name}?", abort=True, err=True)
            product.remove(connection, "purge" if purge else "keep")
        click.echo(
            f"removed {name}; in AWS delete the stack `{stack}`, if it stands: that removes the roles",
            file=sys.stderr,
        )

    _add_command(group, kind)
    add_care(group, kind)
    return group


def _add_command(group: click.Group, kind: str) -> None:
    def add(context: Context, name: str, targets: tuple[str, ...], tags: tuple[str, ...]) -> None:
        with commands(context) as product:
            connection = product.add(kind, name, list(targets), list(tags))
            record(context, _record(connection), SHOW)
        word = "org" if kind == "organization" else "account"
        click.echo(f"next: ciem {word} template {connection.id} -o template.yaml", file=sys.stderr)

    tag = click.option("--tag", "tags", multiple=True, help="A free word; at most ten.")
    name = click.argument("name")
    if kind == "organization":

        @group.command("add", help="Add a draft: a name, and the root id or unit ids.")
        @name
        @click.option("--target", "targets", multiple=True, required=True, help="Root id r-… or unit id ou-…")
        @tag
        @click.pass_obj
        def add_organization(
            context: Context, name: str, targets: tuple[str, ...], tags: tuple[str, ...]
        ) -> None:
            add(context, name, targets, tags)
    else:

        @group.command("add", help="Add a draft: a name, and the account's 12 digits.")
        @name
        @click.argument("account_id")
        @tag
        @click.pass_obj
        def add_account(context: Context, name: str, account_id: str, tags: tuple[str, ...]) -> None:
            add(context, name, (account_id,), tags)


def _finish(context: Context, connection: Any, run: Any, *, wait: bool) -> None:
    """Prints the record; ends with 3 when some accounts, or Identity Center, could not be read."""
    if wait:
        from cloud_entitlements.cli.waiting import wait as wait_for

        connection = wait_for(connection, run)
    found = _record(connection)
    record(context, found, SHOW)
    from cloud_entitlements.server.connections.shown import Shown

    if wait and Shown(connection).trouble:
        raise click.exceptions.Exit(GAPS)


org = group_for("organization")
account = group_for("account")
