"""`ciem token …`: API tokens, made on the machine itself, also before there is an administrator."""

from __future__ import annotations

import click

from cloud_entitlements.cli.context import Context, Failed
from cloud_entitlements.cli.printing import rows


@click.group(help="Make, list and revoke API tokens.")
def token() -> None: ...


@token.command("create", help="Make a token and print it, alone, on stdout. It is shown this once.")
@click.argument("name")
@click.pass_obj
def create(context: Context, name: str) -> None:
    context.start()
    from cloud_entitlements.server.people.tokens import create_token

    if not name.strip() or len(name) > 100:  # noqa: PLR2004
        raise Failed("the name is empty or longer than 100 characters", "name what will use the token")
    click.echo(create_token(name.strip()))


@token.command("list", help="List live tokens.")
@click.pass_obj
def listed(context: Context) -> None:
    context.start()
    from cloud_entitlements.server.connections.records import when
    from cloud_entitlements.server.people.tokens import live_tokens

    found = [
        {
            "id": token.id,
            "name": token.name,
            "prefix": token.prefix,
            "created_at": when(token.created_at),
            "last_used_at": when(token.last_used_at),
        }
        for token in live_tokens()
    ]
    columns = {
        "id": "ID",
        "name": "NAME",
        "prefix": "BEGINS",
        "created_at": "CREATED",
        "last_used_at": "LAST USED",
    }
    rows(context, found, columns)


@token.command("revoke", help="Revoke by id, name or beginning.")
@click.argument("reference")
@click.pass_obj
def revoke(context: Context, reference: str) -> None:
    context.start()
    from cloud_entitlements.server.people.tokens import revoke_token

    count = revoke_token(reference)
    if not count:
        raise Failed(f"no live token `{reference}`", "see `ciem token list`", code="not_found")
    click.echo(f"revoked {count}", err=True)
