"""What Home is about: all that is shown, or what a tag and an environment leave; and the addresses of the lists behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cloud_entitlements.server.identities.listing import Wanted as WantedIdentities
from cloud_entitlements.server.identities.listing import shown_connections
from cloud_entitlements.server.recommendations.listing import Wanted as WantedRecommendations


@dataclass(frozen=True, slots=True)
class Scope:
    """Empty: not filtered by it."""

    tag: str = ""
    connection: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Scope:
        return cls(given.get("tag", "").strip()[:300], given.get("connection", "").strip()[:300])

    @property
    def filtered(self) -> bool:
        return bool(self.tag or self.connection)

    def connections(self) -> list[str]:
        """Those whose identities are known, by id."""
        return [one for one in shown_connections(self.tag) if self.connection in ("", one)]

    def address(self, path: str, **more: str) -> str:
        told = {"tag": self.tag, "connection": self.connection, **more}
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{path}?{query}" if query else path

    def identities(self, **filters: str) -> str:
        """The address of the list of those identities."""
        given = {"tag": self.tag, "connection": self.connection, **filters}
        return WantedIdentities(**given).address("/identities/")

    def recommendations(self, **filters: str) -> str:
        """The address of those recommendations by criterion, each of which opens its identities."""
        given = {"tag": self.tag, "connection": self.connection, **filters}
        return WantedRecommendations(**given).address("/recommendations/")
