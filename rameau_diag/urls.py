"""Addresses of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("administration/", admin.site.urls),
    path("", include("diagnostics.urls")),
]

handler400 = "diagnostics.views.errors.bad_request"
handler403 = "diagnostics.views.errors.permission_denied"
handler404 = "diagnostics.views.errors.page_not_found"
handler500 = "diagnostics.views.errors.server_error"
