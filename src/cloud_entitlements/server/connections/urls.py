from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.connections import (
    explaining,
    live,
    pages,
    platform_pages,
    stack_error,
    wizard,
)

app_name = "connections"
ONE = "setup/aws/<uuid:connection_id>"
urlpatterns = [
    path("setup/", pages.to_list),
    path("setup/failures/", explaining.failures, name="failures"),
    path("setup/aws/", pages.listed, name="list"),
    path("setup/aws/rows/", pages.rows, name="rows"),
    path("setup/aws/connect/", wizard.choose, name="choose"),
    path("setup/aws/connect/<str:kind>/", wizard.start, name="start"),
    path("setup/aws/connect/<str:kind>/check/", wizard.check_fields, name="check_fields"),
    path(f"{ONE}/template/", wizard.template, name="template"),
    path(f"{ONE}/template.yaml", wizard.download, name="download"),
    path(f"{ONE}/template.tf", wizard.download, {"tool": "terraform"}, name="download_terraform"),
    path(f"{ONE}/role/", wizard.role, name="role"),
    path(f"{ONE}/role/check/", wizard.check_role, name="check_role"),
    path(f"{ONE}/checks/", wizard.checks, name="checks"),
    path(f"{ONE}/stack/", stack_error.stack, name="stack"),
    path(f"{ONE}/accounts/", wizard.accounts, name="accounts"),
    path(f"{ONE}/accounts/unit/", wizard.unit, name="unit"),
    path(f"{ONE}/", pages.connection, name="connection"),
    path(f"{ONE}/edit/", pages.edit, name="edit"),
    path(f"{ONE}/switch/", pages.switch, name="switch"),
    path(f"{ONE}/reprocess/", pages.reprocess, name="reprocess"),
    path(f"{ONE}/retry/", pages.retry, name="retry"),
    path(f"{ONE}/update/", pages.update, name="update"),
    path(f"{ONE}/remove/", pages.remove, name="remove"),
    path(f"{ONE}/remove/check/", pages.check_gone, name="check_gone"),
    path("administration/platform/", platform_pages.platform_page, name="platform"),
    path(f"{ONE}/events/", live.events, name="events"),
    path(f"{ONE}/live/<str:part>/", live.fragment, name="live"),
]
