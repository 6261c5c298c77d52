"""The « fil rouge »: the drawing of what serves what, its table, and tying what is not tied."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from diagnostics.domain.thread import Gap, GapKind, Thread, read_thread
from diagnostics.domain.tying import CannotTie, tying_choices
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.kept_texts import came_in
from diagnostics.forms.thread import LinkForm
from diagnostics.models import Answer
from diagnostics.queries import LoadedDiagnostic, LoadedThread, get_diagnostic, load_thread
from diagnostics.report.thread_table import item_name, links_of, thread_table
from diagnostics.report.thread_tree import thread_trees
from diagnostics.requests import SignedInRequest
from diagnostics.services.answers import StaleRevision, save_answer
from diagnostics.services.errors import WrongState
from diagnostics.typography import enumeration, quoted

# Beyond so many check boxes in the page, a form shows when it is asked for (?relier=).
MAX_BOXES = 300
# Where one adds rows to tie to, when there is none yet.
_OFFERED_BY = {
    GapKind.ROLE_OBJECTIVE: StepKey.OBJECTIVES,
    GapKind.OBJECTIVE_ROLE: StepKey.ROLES,
    GapKind.OBJECTIVE_ACTIVITY: StepKey.ACTIVITIES,
    GapKind.ACTIVITY_OBJECTIVE: StepKey.OBJECTIVES,
    GapKind.ALLIANCE_SERVICE: StepKey.ACTIVITIES,
}


@dataclass(frozen=True)
class LooseRow:
    """A row that lacks a link; ``form`` is None for those who read, or until it is asked for."""

    gap: Gap
    name: str
    form: LinkForm | None
    is_asked_for: bool


@dataclass(frozen=True)
class MissingLinks:
    """The rows that lack the same link; ``offered_by``: the step where one adds what they could
    be tied to, while there is nothing."""

    kind: GapKind
    rows: list[LooseRow]
    offered_by: StepKey | None


@dataclass(frozen=True)
class Refused:
    """A link that was not made: its form with what was chosen, and why.

    After somebody else's save: what the row is tied to now, and the answer they stored.
    """

    form: LinkForm
    name: str
    problem: str = ""
    tied_to: list[str] = field(default_factory=list)
    stored_row: Answer | None = None


@require_safe
def show_thread(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the thread; ``?relier=`` opens the form of one missing link."""
    loaded = get_diagnostic(request.user, pk)
    return _render(request, loaded, load_thread(loaded.diagnostic))


@require_POST
def link_rows(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Tie a row; the answer that holds the link is saved from the revision the page showed."""
    loaded = get_diagnostic(request.user, pk)
    if not loaded.access.has_editing_role:
        raise PermissionDenied
    gap = Gap.read(request.POST.get("gap", ""))
    if gap is None:
        raise SuspiciousOperation("gap")
    page, step = load_thread(loaded.diagnostic), gap.kind.step
    form = LinkForm(gap, page.document, revision=page.revision(step), data=request.POST)
    valid = form.is_valid()
    if "base_revision" in form.errors:
        raise SuspiciousOperation("base_revision")
    item = read_thread(page.document).items.get(gap.key)
    if not loaded.access.can_edit:
        state = quoted(loaded.diagnostic.state_label)
        return _refuse(request, loaded, page, form, f"Ce diagnostic est {state}.")
    if item is None:
        return _refuse(request, loaded, page, form, "Cette ligne a été retirée entre-temps.")
    if not valid:
        return _render(request, loaded, page, refused=Refused(form, item_name(item)))
    try:
        saved = save_answer(
            loaded.diagnostic,
            form.changed(page.stored(step)),
            internal_note=page.rows[step].internal_note if step in page.rows else "",
            base_revision=form.cleaned_data["base_revision"],
            user=request.user,
        )
    except CannotTie as error:
        form.add_error(None, str(error))
        return _render(request, loaded, page, refused=Refused(form, item_name(item)))
    except (StaleRevision, WrongState) as error:
        loaded = get_diagnostic(request.user, pk)
        return _refuse(request, loaded, load_thread(loaded.diagnostic), form, str(error))
    if saved.merged is not None:
        messages.info(request, came_in(saved.merged, page.document))
    words = enumeration(form.words())
    messages.success(request, f"Enregistré\u00a0: {quoted(item_name(item, length=60))} — {words}.")
    return redirect("thread", pk=pk)


def _refuse(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    page: LoadedThread,
    form: LinkForm,
    problem: str,
) -> HttpResponse:
    """Show the thread as it is now (409), with what was chosen and why it was not stored.

    The form starts from the revision now in force: one can confirm.
    """
    thread, gap = read_thread(page.document), form.target
    revision = page.revision(gap.kind.step)
    data = request.POST.copy()
    data["base_revision"] = str(revision)
    again = LinkForm(gap, page.document, revision=revision, data=data)
    item = thread.items.get(gap.key)
    refused = Refused(
        again,
        item_name(item) if item else "",
        problem,
        [name for side in links_of(gap.key, thread) for name in side] if item else [],
        page.rows.get(gap.kind.step),
    )
    return _render(request, loaded, page, refused=refused, status=409)


def _render(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    page: LoadedThread,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    thread = read_thread(page.document)
    context = {
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "document": page.document,
        "thread": thread,
        "groups": thread_table(thread),
        "trees": thread_trees(thread),
        "missing": _missing_links(request, loaded, page, thread, refused),
        "chosen": [item_name(thread.items[key]) for key in thread.items if key in thread.chosen],
        "refused": refused,
    }
    return render(request, "diagnostics/thread.html", context, status=status)


def _missing_links(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    page: LoadedThread,
    thread: Thread,
    refused: Refused | None,
) -> list[MissingLinks]:
    """List the rows that lack a link, each with its form for those who can edit now."""
    asked = Gap.read(request.GET.get("relier", ""))
    shown_above = refused.form.target if refused else None
    boxes, groups = 0, []
    for kind in GapKind:
        choices = tying_choices(kind, page.document)
        rows = []
        for gap in (gap for gap in thread.gaps if gap.kind is kind):
            form = None
            if loaded.access.can_edit and gap != shown_above:
                boxes += len(choices)
                if boxes <= MAX_BOXES or gap == asked:
                    form = LinkForm(gap, page.document, revision=page.revision(kind.step))
            rows.append(LooseRow(gap, item_name(thread.items[gap.key]), form, gap == asked))
        if rows:
            groups.append(MissingLinks(kind, rows, None if choices else _OFFERED_BY[kind]))
    return groups
