"""The way from the terminal to the product's commands, and their refusals in the terminal's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cloud_entitlements.cli.context import Context, Failed


@contextmanager
def commands(context: Context) -> Iterator[Any]:
    """The product's commands; a refusal ends the terminal's command with what, why and what next."""
    context.start()
    from cloud_entitlements.server.connections import commands as product
    from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady, Taken

    try:
        yield product
    except Invalid as wrong:
        first = next(iter(wrong.fields.values()))
        fields = {name: {"code": p.code, "text": p.text, "fix": p.fix} for name, p in wrong.fields.items()}
        raise Failed(str(wrong), first.fix, code="invalid", errors=fields) from wrong
    except Taken as taken:
        raise Failed(
            f"{taken.text} ({taken.other.id})", taken.fix, code="taken", other=str(taken.other.id)
        ) from taken
    except NotReady as early:
        raise Failed(early.text, early.fix, code=early.code) from early
    except NotFound as lost:
        raise Failed(lost.text, lost.fix, code="not_found") from lost
