"""What our pages are compared with: the same things done by Django and WeasyPrint alone."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import Context, Template
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from diagnostics.forms.base import StepForm
from diagnostics.models import Answer, Diagnostic, KeptText, Membership, Structure, User
from diagnostics.report import pdf
from diagnostics.requests import SignedInRequest

# What « django-admin startproject » writes, and nothing of ours.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
RENDERER = DjangoTemplates()
PAGE = """<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><title>{{ structure.name }}</title></head>
<body><h1>{{ structure.name }}</h1><p>{{ structure.territory }}, {{ user.email }}</p></body>
</html>
"""


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show a small template after one query."""
    context = {"structure": Structure.objects.first(), "user": request.user}
    return HttpResponse(_template().render(Context(context)))


@login_required
@require_POST
def save(request: SignedInRequest) -> HttpResponse:
    """Write one row and lead elsewhere."""
    User.objects.filter(pk=request.user.pk).update(name=request.POST["name"])
    return redirect("bench_page")


@login_required
@require_POST
def guarded_save(request: SignedInRequest) -> HttpResponse:
    """Write the rows that a save of a step writes, with the guards it needs, and nothing else.

    One transaction: the diagnostic is locked and the right asked again, the answer and the
    figures of the lists are written, the text kept goes. No form, no document, no rule.
    """
    with transaction.atomic():
        diagnostic = Diagnostic.objects.select_for_update().get(pk=request.POST["diagnostic"])
        members = Membership.objects.filter(structure_id=diagnostic.structure_id)
        if not members.filter(user=request.user).exists():
            raise PermissionDenied
        of_step = {"diagnostic": diagnostic, "step": request.POST["step"]}
        Answer.objects.filter(**of_step).update(board_question=request.POST["board_question"])
        KeptText.objects.filter(**of_step, user=request.user).delete()
        diagnostic.updated_at = timezone.now()
        diagnostic.save(update_fields=["updated_at", "indicators"])
    return redirect("bench_page")


_compiled: list[Template] = []


def _template() -> Template:
    if not _compiled:
        _compiled.append(Template(PAGE))
    return _compiled[0]


def render_form(form: StepForm) -> str:
    """Render a step's form with Django's own templates and renderer, one part after the other."""
    parts = [form, *form.subforms.values(), *form.formsets.values()]
    rows = [row for formset in form.formsets.values() for row in formset.forms]
    for part in (*parts, *rows):
        part.renderer = RENDERER
    return "".join(part.as_div() for part in parts)


def weasyprint_alone(html: str) -> bytes:
    """Have WeasyPrint write the report's HTML, fonts and style sheets read beforehand."""
    from weasyprint import HTML

    machinery = pdf._machinery()
    document = HTML(string=html, url_fetcher=machinery.fetcher, base_url=f"{pdf.SCHEME}:/")
    written: bytes = document.write_pdf(
        stylesheets=machinery.style_sheets,
        font_config=machinery.fonts,
        pdf_variant=pdf.PDF_VARIANT,
    )
    return written


urlpatterns = [
    path("bench/page/", page, name="bench_page"),
    path("bench/save/", save, name="bench_save"),
    path("bench/guarded-save/", guarded_save, name="bench_guarded_save"),
    path("", include("rameau_diag.urls")),
]
