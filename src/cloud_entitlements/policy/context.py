"""What is known of the keys of a request (TRI-01): a value, absent, present with a value that is not known, or nothing.

Names of keys do not depend on case, the tag half of `aws:PrincipalTag/Team` included (REQ-04). Whether a key holds one
value or many comes from the catalogue, and never from how many values a request has (REQ-05).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

Values = tuple[str, ...]


class Unknown(Enum):
    ABSENT = "absent"
    """Known not to be there."""
    PRESENT = "present"
    """There, with a value that is not known."""
    UNKNOWN = "unknown"


State = Values | Unknown
ABSENT, PRESENT, UNKNOWN = Unknown.ABSENT, Unknown.PRESENT, Unknown.UNKNOWN


def _by_name(_key: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    states: Mapping[str, State] = field(default_factory=dict)
    """By the key in lower case."""
    missing: State = UNKNOWN
    """What every other key is."""
    multivalued: Callable[[str], bool] = _by_name
    """Of a key in lower case."""

    def look(self, key: str) -> State:
        """A list without values is a key that is absent: COND-02 judges both alike. An empty value is one (COND-04)."""
        return self.states.get(key, self.missing) or ABSENT

    def with_states(self, states: Mapping[str, State]) -> Context:
        return Context({**self.states, **states}, self.missing, self.multivalued)
