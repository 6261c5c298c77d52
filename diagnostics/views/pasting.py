"""Pasting a list into a step, or bringing back its table: shown first, then stored, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnostics.domain.cells import UnreadableTable, decode_file, write_file
from diagnostics.domain.columns import Kind
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import RowFormSet
from diagnostics.forms.columns import pasted_sets, table_of
from diagnostics.forms.kept_texts import came_in
from diagnostics.forms.pasting import Paste, prepare_paste
from diagnostics.forms.saving import save_paste
from diagnostics.forms.workbook import SIGNATURE, read_workbook, write_workbook
from diagnostics.queries import LoadedStep, get_diagnostic, load_step
from diagnostics.requests import SignedInRequest
from diagnostics.services.answers import undo_save
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_export
from diagnostics.services.once import do_once
from diagnostics.typography import of_rows
from diagnostics.views.file_names import file_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRIVATE = {"Cache-Control": "private, no-store"}
# Before the name of a list of choices in the page's form.
GIVEN = "given-"


@dataclass(frozen=True)
class Asked:
    """What a page asks to paste: where, and the text (its problem, when a file has none)."""

    loaded: LoadedStep
    sets: dict[str, type[RowFormSet]]
    name: str
    text: str = ""
    problem: str = ""

    @property
    def rest_key(self) -> str:
        """Where the session holds what found no place."""
        return f"pasted_rest:{self.loaded.diagnostic.pk}:{self.loaded.step}:{self.name}"

    @property
    def rows(self) -> str:
        """What the rows are called: « d’activités », « de leviers »."""
        return of_rows(self.sets[self.name].row_set.noun)

    @property
    def address(self) -> str:
        """The address of the page of this list."""
        page = reverse("step_paste", args=[self.loaded.diagnostic.pk, self.loaded.step])
        return f"{page}?liste={self.name}"


@require_http_methods(["GET", "HEAD", "POST"])
def paste_list(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Ask for a list or a table of a step, show what it would add, then add it."""
    loaded = load_step(get_diagnostic(request.user, pk), step, user=request.user)
    asked = _asked(request, loaded)
    if not loaded.access.has_editing_role:
        raise PermissionDenied
    if not loaded.access.can_edit:
        if request.method != "POST":
            return redirect("diagnostic_step", pk=pk, step=step)
        raise WrongState(
            f"Ce diagnostic est «\u00a0{loaded.access.state.label}\u00a0»\u00a0: ses réponses ne se "
            "modifient plus. Votre liste est ci-dessous."
        )
    paste = None
    if request.method == "POST" and not asked.problem:
        try:
            if "add" in request.POST:
                return _add(request, asked)
            paste = _prepared(request, asked)
        except UnreadableTable as error:
            return _page(request, asked, problem=str(error))
        except _NothingToAdd as found:
            paste = found.paste
    return _page(request, asked, paste=paste, problem=asked.problem)


@require_safe
def download_workbook(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Download a list of a step as a workbook, to be filled in and brought back."""
    asked = _asked(request, load_step(get_diagnostic(request.user, pk), step, user=request.user))
    content = write_workbook(*table_of(asked.loaded, asked.name))
    _record(request, asked, "workbook")
    return _download(asked, content, "xlsx", XLSX)


@require_safe
def download_table(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Download a list of a step as CSV, to be filled in and brought back."""
    asked = _asked(request, load_step(get_diagnostic(request.user, pk), step, user=request.user))
    _columns, table = table_of(asked.loaded, asked.name)
    _record(request, asked, "table")
    return _download(asked, write_file(table), "csv", "text/csv; charset=utf-8")


def _record(request: SignedInRequest, asked: Asked, what: str) -> None:
    """Journal a download; what only asks whether there is one (HEAD) takes nothing."""
    if request.method == "GET":
        diagnostic, step = asked.loaded.diagnostic, asked.loaded.step.value
        record_export(what, actor=request.user, diagnostic=diagnostic, step=step)


def _download(asked: Asked, content: bytes, extension: str, content_type: str) -> HttpResponse:
    words = f"{asked.sets[asked.name].noun}s {asked.loaded.diagnostic.structure.name}"
    title = file_name(words, ending=f".{extension}")
    return HttpResponse(
        content,
        content_type=content_type,
        headers={**PRIVATE, "Content-Disposition": f'attachment; filename="{title}"'},
    )


@require_POST
def undo_paste(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Take back what one paste added and changed, and nothing else."""
    loaded = get_diagnostic(request.user, pk)
    revision = request.POST.get("revision", "")
    if not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        raise SuspiciousOperation("revision")
    try:
        saved, kept = undo_save(loaded.diagnostic, step, revision=int(revision), user=request.user)
    except (NotAllowed, WrongState):
        raise
    except ServiceError as error:
        messages.warning(request, str(error))
        return redirect("diagnostic_step", pk=pk, step=step)
    if not saved.changed and not kept:
        messages.info(request, "Cet ajout est déjà annulé.")
    elif kept:
        messages.warning(
            request,
            "L’ajout est annulé, sauf ce qui a été modifié depuis\u00a0: retirez-le à la main s’il ne sert plus.",
        )
    else:
        messages.success(request, "L’ajout est annulé.")
    return redirect("diagnostic_step", pk=pk, step=step)


def _asked(request: HttpRequest, loaded: LoadedStep) -> Asked:
    """Read what a page asks; Http404 for a step that has no list."""
    sets = pasted_sets(loaded.step)
    if not sets:
        raise Http404
    name = request.POST.get("list", request.GET.get("liste", ""))
    asked = Asked(loaded, sets, name if name in sets else next(iter(sets)))
    if request.method != "POST":
        return Asked(loaded, sets, asked.name, request.session.get(asked.rest_key, ""))
    uploaded = request.FILES.get("file")
    if uploaded is None:
        return Asked(loaded, sets, asked.name, request.POST.get("text", ""))
    try:
        content = uploaded.read()
        is_book = content.startswith(SIGNATURE)
        return Asked(
            loaded, sets, asked.name, read_workbook(content) if is_book else decode_file(content)
        )
    except UnreadableTable as error:
        return Asked(loaded, sets, asked.name, request.POST.get("text", ""), str(error))


def _prepared(request: HttpRequest, asked: Asked) -> Paste:
    posted = request.POST
    given = {key.removeprefix(GIVEN): posted[key] for key in posted if key.startswith(GIVEN)}
    shown, taken = set(posted.getlist("offered")), set(posted.getlist("take"))
    return prepare_paste(
        asked.loaded,
        asked.name,
        asked.text,
        into=posted.get("into-id", ""),
        given=given or None,
        left=shown - taken,
    )


class _NothingToAdd(Exception):
    """What was to be added is stored already, or finds no place any more."""

    def __init__(self, paste: Paste) -> None:
        self.paste = paste
        super().__init__()


def _add(request: SignedInRequest, asked: Asked) -> HttpResponse:
    """Store what was shown, once; lead to the step, or back to the page with what found no place."""
    loaded = asked.loaded

    def action() -> str:
        paste = _prepared(request, asked)
        if not paste.rows:
            raise _NothingToAdd(paste)
        saved = save_paste(paste, loaded)
        if saved.answer.merged is not None:
            messages.info(request, came_in(saved.answer.merged, loaded.document))
        told = f"colle={saved.answer.revision}.{paste.added}.{paste.changed}#colle"
        if paste.rest:
            request.session[asked.rest_key] = paste.rest
            return f"{asked.address}&{told}"
        request.session.pop(asked.rest_key, None)
        return f"{reverse('diagnostic_step', args=[loaded.diagnostic.pk, loaded.step])}?{told}"

    address, _is_new = do_once(request.POST.get("once", ""), user=request.user, action=action)
    return redirect(address)


def _page(
    request: SignedInRequest, asked: Asked, *, paste: Paste | None = None, problem: str = ""
) -> HttpResponse:
    loaded, formset = asked.loaded, asked.sets[asked.name]
    blank = paste or prepare_paste(loaded, asked.name, "")
    context = {
        "loaded": loaded,
        "diagnostic": loaded.diagnostic,
        "asked": asked,
        "formset": formset,
        "paste": paste,
        "given": blank.given,
        "columns": [c.label for c in blank.columns if c.kind not in (Kind.ID, Kind.FLAG)],
        "lists": [(name, f"{rows.row_set.noun}s") for name, rows in asked.sets.items()],
        "into": request.POST.get("into-id", ""),
        "problem": problem,
    }
    return render(request, "diagnostics/paste.html", context)
