"""The journal of the whole site, and how many sign-ins were refused: read, never written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from diagnostics.models import Event, FailedSignIns
from diagnostics.queries.journal import BY_ITSELF, tell_line


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that whoever enters the administration reads, and nobody writes."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let all the staff read them."""
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        """List them on the first page."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """What happens writes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The past is not rewritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The past does not go."""
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """What happened to accounts, to structures and to their diagnostics."""

    list_display = ["created_at", "told", "structure"]
    list_display_links = None
    list_filter = ["kind", "created_at"]
    list_select_related = ["actor", "person", "structure"]
    search_fields = ["actor__name", "person__name", "structure__name"]
    show_full_result_count = False
    ordering = ["-pk"]
    fields = ["created_at", "told", "structure"]

    @admin.display(description="quoi")
    def told(self, event: Event) -> str:
        """Say the event in words."""
        who = event.actor.display_name if event.actor else BY_ITSELF
        return f"{who} {tell_line(event, {})}"


@admin.register(FailedSignIns)
class FailedSignInsAdmin(ReadOnlyAdmin):
    """How many sign-ins were refused, a day a line."""

    list_display = ["day", "count"]
    list_display_links = None
