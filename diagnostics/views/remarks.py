"""The library of remarks that facilitators use again."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from diagnostics.domain.kit_texts import default_texts
from diagnostics.forms.facilitation import RemarkForm
from diagnostics.models import Remark
from diagnostics.queries.reviewing import remarks_for
from diagnostics.requests import SignedInRequest
from diagnostics.services import remarks as services
from diagnostics.services.once import do_once, led_to


@require_http_methods(["GET", "HEAD", "POST"])
def show_remarks(request: SignedInRequest) -> HttpResponse:
    """List one's own remarks and the team's, with the form of a new one; keep it on POST."""
    _facilitators_only(request)
    form = RemarkForm(request.POST if request.method == "POST" else None, texts=default_texts())
    if request.method == "POST" and form.is_valid():

        def write() -> str:
            services.write_remark(**form.told, user=request.user)
            return reverse("remarks")

        address, is_new = do_once(request.POST.get("once", ""), user=request.user, action=write)
        if is_new:
            messages.success(request, "La remarque est gardée.")
        return redirect(address)
    found = list(remarks_for(request.user))
    context = {
        "own": [remark for remark in found if remark.author_id == request.user.pk],
        "shared": [remark for remark in found if remark.author_id != request.user.pk],
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "facilitation/remarks.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def change_remark(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a remark of one's own."""
    remark = _own(request, pk)
    data = request.POST if request.method == "POST" else None
    form = RemarkForm.of(remark, data, texts=default_texts())
    if request.method == "POST" and form.is_valid():
        services.change_remark(remark, **form.told, user=request.user)
        messages.success(request, "La remarque est modifiée.")
        return redirect("remarks")
    status = 422 if form.errors else 200
    context = {"remark": remark, "form": form}
    return render(request, "facilitation/remark.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_remark(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete a remark of one's own."""
    _facilitators_only(request)
    once = request.POST.get("once", "")
    if address := led_to(once, user=request.user):
        return redirect(address)  # the first press has just deleted it
    remark = _own(request, pk)
    if request.method == "POST":

        def delete() -> str:
            services.delete_remark(remark, user=request.user)
            return reverse("remarks")

        address, _is_new = do_once(once, user=request.user, action=delete)
        messages.success(request, "La remarque est supprimée.")
        return redirect(address)
    return render(request, "facilitation/remark_delete.html", {"remark": remark})


def _facilitators_only(request: SignedInRequest) -> None:
    if not request.user.is_facilitator:
        raise PermissionDenied("Les remarques sont celles de la facilitation.")


def _own(request: SignedInRequest, pk: int) -> Remark:
    """Return a remark that the person may change: 404 for one that she does not read, 403 for the
    team's."""
    _facilitators_only(request)
    remark = get_object_or_404(remarks_for(request.user), pk=pk)
    if remark.author_id != request.user.pk:
        raise PermissionDenied("Seule la personne qui a écrit une remarque la modifie.")
    return remark
