"""Pages that belong to no object: the start page, « À propos », the health check."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Welcome a visitor, or show a person their structures and diagnostics."""
    return render(request, "pages/welcome.html")


@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    """Tell where the questionnaire comes from and what was changed in it."""
    return render(request, "pages/about.html")


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the database and the queue answer."""
    return JsonResponse({"status": "ok"})
