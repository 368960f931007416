"""The index of a snapshot: everybody at once, on disk, read as far as a question needs it.

`build` writes it, `store` reads it; `varying`, `alike`, `meant` and `search` find who is treated alike, so that the
engine decides once for many. The engine alone decides: an index finds whom to ask about, and for whom an answer stands.
"""

from cloud_entitlements.access.index.actions import Actions, ActionSets
from cloud_entitlements.access.index.giving import Giving, Taking
from cloud_entitlements.access.index.index import AccessIndex

__all__ = ["AccessIndex", "ActionSets", "Actions", "Giving", "Taking"]
