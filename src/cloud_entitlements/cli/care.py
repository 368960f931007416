"""`ciem org diagnose`, `ciem org check-removed` and `ciem platform`: failures explained, and clean ways out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from cloud_entitlements.cli.context import Context, clean
from cloud_entitlements.cli.printing import causes, record, rows
from cloud_entitlements.cli.product import commands

FOUND = 1
PLATFORM = {"arn": "IDENTITY", "previous_arn": "BEFORE", "changed_at": "CHANGED AT"}
MISSING = {"action": "MISSING", "purpose": "PURPOSE", "collectors": "WAITS FOR IT", "accounts": "ROLES"}
TRUST = {"name": "NAME", "state": "STATE", "trusts": "TRUSTS"}


def add_care(group: click.Group, kind: str) -> None:
    @group.command("diagnose", help="Name the cause of a failed stack: paste its error or its events.")
    @click.argument("id")
    @click.argument("file", type=click.File("r", errors="replace"), default="-")
    @click.pass_obj
    def diagnose(context: Context, id: str, file: Any) -> None:
        with commands(context) as product:
            found = product.diagnose_stack(product.find(id, kind), file.read())
        if context.output != "table":
            rows(context, found, {"code": "CODE", "title": "TITLE", "call": "WHERE", "message": "AWS"})
            return
        for failure in found:
            click.echo(clean(f"{failure['title']} ({failure['code']})\n  {failure['message']}"))
            causes(failure["causes"])

    @group.command("check-removed", help="After the stack was deleted: does any role still answer?")
    @click.argument("id")
    @click.pass_obj
    def check_removed(context: Context, id: str) -> None:
        with commands(context) as product:
            from cloud_entitlements.cli.waiting import wait
            from cloud_entitlements.server.connections.farewell import farewell_record

            connection = product.find(id, kind)
            wait(connection, product.check_gone(connection))
            found = farewell_record(connection)
        assert found is not None  # noqa: S101  it has just been made
        record(
            context,
            found,
            {"total": "ROLES", "gone": "GONE", "answering": "STILL ANSWER", "untold": "CAN'T BE TOLD"},
        )
        if found["answering"]:
            raise click.exceptions.Exit(FOUND)


def show_deployment(context: Context, deployed: Mapping[str, Any]) -> None:
    """What the deployed roles lack, and the line that updates them."""
    if deployed.get("missing"):
        click.echo()
        rows(context, deployed["missing"], MISSING)
    if deployed.get("update"):
        click.echo(
            clean(f"download the template, then update the stack:\n  {deployed['update']}"), file=sys.stderr
        )


@click.group(help="The AWS identity that the product runs as.")
def platform() -> None: ...


@platform.command("show", help="The identity that templates trust, and which connections trust it already.")
@click.pass_obj
def show(context: Context) -> None:
    with commands(context):
        _show(context)


@platform.command("rotate", help="Announce another identity: templates trust it from now on.")
@click.argument("arn")
@click.option("--insist", is_flag=True, help="Even if it is a person's own sign-in.")
@click.pass_obj
def rotate(context: Context, arn: str, insist: bool) -> None:
    with commands(context) as product:
        product.rotate(arn, insist=insist)
        _show(context)
    click.echo(
        "next: update each stack with its line, then start the server with the new identity's credentials; "
        "nothing is lost in between",
        file=sys.stderr,
    )


def _show(context: Context) -> None:
    from cloud_entitlements.server.connections.rotation import platform_record

    found = platform_record()
    if context.output != "table":
        record(context, found, PLATFORM)
        return
    record(context, found, PLATFORM)
    click.echo()
    rows(context, found["connections"], TRUST)
    for one in found["connections"]:
        if one["update"]:
            click.echo(clean(f"{one['name']}:\n  {one['update']}"), file=sys.stderr)
