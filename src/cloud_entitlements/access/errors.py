"""What can be wrong with a question about a snapshot.

CannotAnswer
├── NoSnapshot    nothing was collected or imported yet
└── NotFound      no such principal in the snapshot; says whether its account was read
"""

from __future__ import annotations


class CannotAnswer(Exception):
    def __init__(self, text: str, fix: str) -> None:
        super().__init__(text)
        self.text, self.fix = text, fix


class NoSnapshot(CannotAnswer):
    pass


class NotFound(CannotAnswer):
    pass
