"""What is wrong with a file that was given, and where.

Exception
├── Malformed      a file, or a place in it, is not what it should be: it becomes a gap
└── NothingRead    no account could be read at all: there is nothing to publish
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cloud_entitlements.inventory.staging import NOT_GIVEN

Code = Literal["file_malformed", "file_incomplete"]
GAP_CODES: frozenset[str] = frozenset({*get_args(Code), NOT_GIVEN})
"""Of every gap that an import writes; `aws.explained` says of each why it is there and what to do, which a test compares."""


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    text: str
    line: int = 0
    column: int = 0
    """From 1; 0 where there is no such place."""
    path: str = ""
    """`RoleDetailList[3].Arn`"""
    code: Code = "file_malformed"
    account_id: str = ""
    """Whose gap it is: an account, `organization`, or the file itself."""

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        path = f"`{self.path}`: " if self.path else ""
        return f"{self.file}{place}: {path}{self.text}"


class Malformed(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class NothingRead(Exception):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("no account could be read from the files")
        self.problems = problems
