"""What can be wrong with a question about a snapshot.

CannotAnswer
├── NoSnapshot    nothing was collected or imported yet
├── Damaged       the snapshot's files can't be read
└── NotFound      no such principal in the snapshot; says whether its account was read
"""

from __future__ import annotations

from typing import ClassVar


class CannotAnswer(Exception):
    code: ClassVar[str] = "cannot_answer"

    def __init__(self, text: str, fix: str) -> None:
        super().__init__(text)
        self.text, self.fix = text, fix


class NoSnapshot(CannotAnswer):
    code = "no_snapshot"


class Damaged(CannotAnswer):
    code = "damaged_snapshot"


class NotFound(CannotAnswer):
    code = "not_found"
