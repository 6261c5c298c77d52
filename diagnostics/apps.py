"""Application configuration."""

from django.apps import AppConfig


class DiagnosticsConfig(AppConfig):
    """The one application of the project."""

    name = "diagnostics"
    verbose_name = "Diagnostics"
