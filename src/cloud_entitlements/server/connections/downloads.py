"""A connection's template as a file to save; page and API answer with the same."""

from __future__ import annotations

from django.http import HttpResponse

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection

# Nobody registered a type for HCL; as text every browser and proxy knows what to do with it.
CONTENT_TYPES: dict[commands.Tool, str] = {
    "cloudformation": "application/yaml",
    "terraform": "text/plain; charset=utf-8",
}


def template_download(connection: Connection, tool: commands.Tool = "cloudformation") -> HttpResponse:
    """Raises `NotReady` while the platform has no identity that the roles could trust."""
    response = HttpResponse(commands.template(connection, tool), content_type=CONTENT_TYPES[tool])
    name = commands.template_file(connection, tool)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
