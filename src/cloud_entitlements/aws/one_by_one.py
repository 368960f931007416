"""Asking AWS about many things one by one: what a refusal means for those that come after it.

A thing that is gone is skipped. One that is denied is left out and the others are still asked, for a policy may name
it alone. Anything else, throttling or the network, ends the asking: the next run goes on. Imports `failures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from cloud_entitlements.aws.failures import DENIED_CODES, from_error
from cloud_entitlements.inventory import Gap

DENIED_IN_A_ROW = 10
"""So many denials before the first answer are not about single things."""


class NextRun(Exception):
    """The share of one run is used up."""

    failure_code = "next_run"


@dataclass(slots=True)
class Asking:
    """How it went so far. `over` once nothing more is to be asked in this run."""

    things: str
    """In the plural, `identities`."""
    calls: int = 0
    answered: int = 0
    missed: int = 0
    over: bool = False
    error: Exception | None = None
    """The first one; `call` is what it answered."""
    call: str = ""

    def answer(self) -> None:
        self.answered += 1

    def miss(self, error: Exception, call: str, *, ends: bool | None = None) -> None:
        """One could not be asked. Whether that ends the asking is told by the error, unless it is said."""
        self.missed += 1
        if self.error is None:
            self.error, self.call = error, call
        self.over = self.over or (self._ends(error, call) if ends is None else ends)

    def lacking(self, due: int) -> Iterator[Gap]:
        """The gap, if there is one. Raises the reason where nobody answered, for then nothing was collected."""
        if self.error is None:
            return
        if not self.answered:
            raise self.error
        missed = due - self.answered if self.over else self.missed
        failure = from_error(self.error, self.call)
        told = f"{missed} of {due} {self.things} were not asked; the first: {failure.message}"
        yield Gap(failure.call, failure.code, told)

    def _ends(self, error: Exception, call: str) -> bool:
        if code_of(error) not in DENIED_CODES:
            return True
        lacks_it = from_error(error, call).code == "not_allowed"
        return lacks_it or (not self.answered and self.missed >= DENIED_IN_A_ROW)


def code_of(error: Exception) -> str:
    """AWS's own code; empty when AWS did not answer."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else ""


def is_gone(error: Exception) -> bool:
    return code_of(error) == "NoSuchEntity"
