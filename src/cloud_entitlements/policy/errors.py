"""What can be wrong with a question or a document.

PolicyProblem
├── MalformedPolicy   the document is not one that AWS would store; has its place
└── MalformedRequest  the question can't be asked: not an ARN, no such principal
"""

from __future__ import annotations


class PolicyProblem(ValueError):
    pass


class MalformedPolicy(PolicyProblem):
    def __init__(self, text: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"line {line}, column {column}: {text}" if line else text)
        self.text, self.line, self.column = text, line, column


class MalformedRequest(PolicyProblem):
    pass
