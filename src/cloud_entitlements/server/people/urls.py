from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.people import pages

urlpatterns = [
    path("welcome/", pages.welcome, name="welcome"),
    path("sign-in/", pages.sign_in_by_code, name="sign_in_by_code"),
    path("administration/", pages.administration, name="administration"),
    path("administration/tokens/<int:token_id>/revoke/", pages.revoke, name="revoke_token"),
    path("theme/", pages.theme, name="theme"),
]
