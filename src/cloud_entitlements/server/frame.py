"""What every page shows around itself: navigation, theme, health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

THEMES = ("system", "light", "dark")
THEME_COOKIE = "ciem_theme"


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    url: str
    icon: str
    active: bool


_PLACES = (
    ("Home", "/", "home"),
    ("Identities", "/identities/", "identities"),
    ("Recommendations", "/recommendations/", "recommendations"),
    ("History", "/history/", "history"),
    ("Ask access", "/access/", "ask"),
    ("Setup", "/setup/aws/", "setup"),
    ("Administration", "/administration/", "people"),
)


_WITHIN = (
    ("/organization/", "/"),
    ("/identity/", "/identities/"),
    ("/security-policies/", "/recommendations/"),
)
"""Pages that belong to a place without standing below it."""


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {
        "places": [Place(name, url, icon, _active(request.path, url)) for name, url, icon in _PLACES],
        "theme": theme if theme in THEMES else "system",
        "themes": THEMES,
    }


def _active(path: str, url: str) -> bool:
    for beginning, place in _WITHIN:
        if path.startswith(beginning):
            return url == place
    return path == url if url == "/" else path.startswith(url.split("aws/", maxsplit=1)[0])
