"""What is known of the keys of a request (TRI-01): a value, absent, present with a value that is not known, or nothing.

Names of keys do not depend on case, the tag half of `aws:PrincipalTag/Team` included (REQ-04). Whether a key holds one
value or many comes from the catalogue, and never from how many values a request has (REQ-05).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
    families: tuple[tuple[str, State], ...] = ()
    """What every other key is that begins so: `("aws:principaltag/", ABSENT)`."""

    def look(self, key: str) -> State:
        """A list without values is a key that is absent: COND-02 judges both alike. An empty value is one (COND-04)."""
        found = self.states.get(key)
        if found is not None:
            return found or ABSENT
        for beginning, state in self.families:
            if key.startswith(beginning):
                return state
        return self.missing

    def with_states(self, states: Mapping[str, State]) -> Context:
        return Context({**self.states, **states}, self.missing, self.multivalued, self.families)

    def with_family(self, beginning: str, state: State) -> Context:
        """Every key that begins so, those that had a value included."""
        others = {key: one for key, one in self.states.items() if not key.startswith(beginning)}
        return replace(self, states=others, families=((beginning, state), *self.families))
