"""A facilitator's letter to the leads of several structures: who gets it is shown first."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from diagnostics.forms.portfolio import LetterForm, chosen_structures
from diagnostics.requests import SignedInRequest
from diagnostics.services import lead_letters
from diagnostics.services.once import do_once
from diagnostics.typography import count
from diagnostics.views.diagnostics import base_url
from diagnostics.views.portfolio import NONE_CHOSEN, back_to_list, list_address, of_facilitators


@require_POST
@of_facilitators
def write_letter(request: SignedInRequest) -> HttpResponse:
    """Show who would get a letter, and the letter to write; nothing leaves yet."""
    chosen = chosen_structures(request.POST)
    if not chosen:
        return back_to_list(request, problem=NONE_CHOSEN)
    return _letter_page(request, chosen, LetterForm())


@require_POST
@of_facilitators
def send_letter(request: SignedInRequest) -> HttpResponse:
    """Send the letter to the people who were shown, one mail each."""
    form = LetterForm(request.POST)
    chosen = chosen_structures(request.POST)
    people, _without = lead_letters.addressees(chosen)
    if not form.is_valid() or not people:
        return _letter_page(request, chosen, form)
    if _shown(people) != request.POST.get("people", ""):
        return _letter_page(request, chosen, form, have_changed=True)

    def send() -> str:
        lead_letters.write_to_leads(
            people, user=request.user, base_url=base_url(request), **form.cleaned_data
        )
        return list_address(request)

    address, is_new = do_once(request.POST.get("once", ""), user=request.user, action=send)
    if is_new:
        told = count(len(people), "référent·e", "référent·es")
        messages.success(request, f"Votre message part à {told}.")
    return redirect(address)


def _letter_page(
    request: SignedInRequest, chosen: list[UUID], form: LetterForm, *, have_changed: bool = False
) -> HttpResponse:
    people, without = lead_letters.addressees(chosen)
    context = {
        "form": form,
        "people": people,
        "shown": _shown(people),
        "without": without,
        "have_changed": have_changed,
        "back": list_address(request),
        "query": request.POST.get("back", ""),
        "structures": chosen,
    }
    return render(request, "facilitation/letter.html", context)


def _shown(people: list[lead_letters.Addressee]) -> str:
    """Return the people of a letter as its page sends them back."""
    return " ".join(sorted(str(each.person.pk) for each in people))
