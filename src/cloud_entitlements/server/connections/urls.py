from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

app_name = "connections"
urlpatterns = [
    path("setup/aws/<uuid:connection_id>/", lambda r, connection_id: HttpResponse(), name="connection")
]
