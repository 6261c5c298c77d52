"""Accepting an invitation."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what (GET), join the structure (POST)."""
    return render(request, "invitations/accept.html")
