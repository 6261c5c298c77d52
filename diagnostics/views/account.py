"""The page of one's own account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from diagnostics.forms.accounts import NameForm
from diagnostics.requests import SignedInRequest
from diagnostics.services.people import change_name


@require_http_methods(["GET", "HEAD", "POST"])
def show_account(request: SignedInRequest) -> HttpResponse:
    """Show what one's account is made of, and change the displayed name."""
    form = NameForm(request.POST or None, initial={"name": request.user.display_name})
    if request.method == "POST" and form.is_valid():
        change_name(request.user, name=form.cleaned_data["name"])
        messages.success(request, "Votre nom est enregistré.")
        return redirect("account")
    status = 422 if form.errors else 200
    return render(request, "account/overview.html", {"form": form}, status=status)
