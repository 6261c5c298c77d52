"""What is measured: the demo's Sorelle with six rows in each step, and what a browser posts."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from diagnostics.bench import floor
from diagnostics.bench.measure import Measure
from diagnostics.domain.answers import ANSWER_SHAPES, MAX_ROWS, Answer
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.vocabulary import MembershipRole, StepKey
from diagnostics.editions import edition_of
from diagnostics.forms.base import StepForm
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.models import Diagnostic, Membership, Rendering, Structure, User
from diagnostics.printing import Kind, printable_report
from diagnostics.queries import get_diagnostic, load_diagnostic_document, load_step
from diagnostics.report.content import build_report
from diagnostics.report.pdf import render_report_html
from diagnostics.services.answers import save_answer
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.kit import load_kit
from diagnostics.services.structures import create_structure
from diagnostics.services.workflow import submit_diagnostic

ROWS = 6
PAPERS = {Kind.REPORT: "report_pdf", Kind.WORD: "report_docx"}
ROW_LISTS = ("statements", "rows", "levers", "decisions", "calendar")


class Situation:
    """A lead with their diagnostic, signed in twice: to the project and to the bare pages."""

    def __init__(self) -> None:
        fixtures = Path(settings.BASE_DIR) / "fixtures"
        load_kit(fixtures / "kit_2013.json")
        written = json.loads((fixtures / "demo" / "sorelle.json").read_text(encoding="utf-8"))
        self.document = document = load_document(written)
        self.lead = User.objects.create_user("lead@bench.example")
        card = document.structure.model_dump(mode="json")
        self.structure = structure = create_structure(user=self.lead, **card)
        self.whole = self._diagnostic(structure, document)
        self.six_rows = self._diagnostic(structure, document, partial(of_rows, ROWS))
        self.submitted = self._diagnostic(structure, document)
        submit_diagnostic(self.submitted, user=self.lead, base_url="http://testserver")
        self.saves = 0

    def _diagnostic(
        self,
        structure: Any,
        document: DiagnosticDocument,
        change: Any = lambda answer: answer,
        lead: User | None = None,
    ) -> Diagnostic:
        lead = lead or self.lead
        diagnostic = open_diagnostic(
            structure, title="Bench", base_year=2026, horizon_years=3, user=lead
        )
        for _step, answer in document.answers.given():
            save_answer(diagnostic, change(answer), internal_note="", base_revision=0, user=lead)
        return diagnostic

    def sign_in(self, client: Client) -> None:
        """Sign the lead in."""
        client.force_login(self.lead, settings.AUTHENTICATION_BACKENDS[0])

    # --- Measures ---

    def reading(self, client: Client, bare: Client, step: StepKey, rounds: int) -> Measure:
        """The page of a step against a bare page plus Django's rendering of the same form.

        The page around the form has an allowance of its own (``docs/adr/0007``).
        """
        address = self.address_of(step)

        def least() -> None:
            get(bare, "/bench/page/")
            floor.render_form(self._form(step, context))

        context = self._loaded(step).form_context
        return Measure(
            f"lire « {default_texts().step(step).short_title} »",
            lambda: get(client, address),
            least,
            1.5,
            rounds,
            allowance=10,
        )

    def saving(
        self,
        client: Client,
        bare: Client,
        step: StepKey,
        rounds: int,
        *,
        one_update: bool = False,
    ) -> Measure:
        """A save of a step against a bare POST that writes the same rows.

        ``one_update``: against a bare POST with one UPDATE, which is told without a budget
        (``docs/adr/0007``).
        """
        address = self.address_of(step)
        ready = [""]  # as the browser spells it

        def change() -> None:
            ready[0] = self.to_save(step).urlencode()

        def least() -> None:
            if one_update:
                return post(bare, "/bench/save/", QueryDict(f"name=Nom+{self.saves}"))
            written = QueryDict(mutable=True)
            written["diagnostic"], written["step"] = str(self.six_rows.pk), step.value
            written["board_question"] = f"Question {self.saves}"
            return post(bare, "/bench/guarded-save/", written)

        return Measure(
            f"enregistrer « {default_texts().step(step).short_title} »"
            + (", contre un seul UPDATE" if one_update else ""),
            lambda: post_text(client, address, ready[0]),
            least,
            None if one_update else 3,
            rounds,
            change,
        )

    def autosaving(self, client: Client, bare: Client, step: StepKey, rounds: int) -> Measure:
        """What a page sends while one types, and its answer, against a bare POST that writes one row
        and the page that follows it."""
        address, ready = self.address_of(step), [""]

        def change() -> None:
            page = get(client, address).decode()
            ready[0] = self.to_save(step, page=page).urlencode()

        def least() -> None:
            post(bare, "/bench/save/", QueryDict(f"name=Nom+{self.saves}"))
            get(bare, "/bench/page/")

        return Measure(
            f"enregistrer en tapant « {default_texts().step(step).short_title} »",
            lambda: post_text(client, address, ready[0], status=200),
            least,
            2.7,
            rounds,
            change,
        )

    def growing(self, client: Client, rounds: int) -> Measure:
        """What a page sends while one types, with as many activities as there may be, and with three."""
        step = StepKey.ACTIVITIES
        diagnostics = [
            self._diagnostic(self.structure, self.document, partial(of_rows, count))
            for count in (MAX_ROWS, 3)
        ]
        addresses = [self.address_of(step, diagnostic) for diagnostic in diagnostics]
        ready = ["", ""]

        def change() -> None:
            for side, diagnostic in enumerate(diagnostics):
                page = get(client, addresses[side]).decode()
                ready[side] = self.to_save(step, diagnostic, page=page).urlencode()

        def send(side: int) -> None:
            post_text(client, addresses[side], ready[side], status=200)

        return Measure(
            f"enregistrer en tapant {MAX_ROWS} activités, contre 3",
            partial(send, 0),
            partial(send, 1),
            4,
            rounds,
            change,
        )

    def printing(self, client: Client, rounds: int) -> Measure:
        """The whole request of a PDF that is not kept against WeasyPrint on the same HTML."""
        document = load_diagnostic_document(self.whole)
        html = render_report_html(build_report(document, version=None))
        address = reverse("report_pdf", args=[self.whole.pk])
        return Measure(
            "rapport en PDF, requête entière",
            lambda: get(client, address),
            lambda: floor.weasyprint_alone(html),
            1.15,
            rounds,
            prepare=lambda: Rendering.objects.all().delete(),
        )

    def serving_kept(self, client: Client, kind: Kind, rounds: int) -> Measure:
        """A paper of a version that is kept against making it."""
        address = reverse(PAPERS[kind], args=[self.submitted.pk])
        edition = edition_of(get_diagnostic(self.lead, self.submitted.pk).diagnostic)
        if edition is None:
            raise RuntimeError("the bench's version is gone")
        printable = printable_report(edition, kind)
        return Measure(
            f"{kind.label} d’une version, déjà fait",
            lambda: get(client, address),
            lambda: printable.make(printable.read(), None),
            0.05,
            rounds,
        )

    # --- A site served by real processes ---

    def diagnostic_of(self, structure: Structure, lead: User) -> Diagnostic:
        """Return a diagnostic of another structure, with every step answered."""
        return self._diagnostic(structure, self.document, lead=lead)

    def another_whole(self, change: Any = lambda answer: answer) -> Diagnostic:
        """Return one more diagnostic with every step answered, each answer changed by ``change``."""
        return self._diagnostic(self.structure, self.document, change)

    def colleagues(self, count: int) -> list[User]:
        """Return so many members of the structure who may write."""
        people = [
            User.objects.create_user(f"membre{number}@bench.example") for number in range(count)
        ]
        for user in people:
            Membership.objects.create(
                structure=self.structure, user=user, role=MembershipRole.CONTRIBUTOR
            )
        return people

    # --- What a browser sends ---

    def address_of(self, step: StepKey, diagnostic: Diagnostic | None = None) -> str:
        """Return the address of a step, of the diagnostic of six rows unless another is named."""
        return reverse("diagnostic_step", args=[(diagnostic or self.six_rows).pk, step])

    def to_save(
        self, step: StepKey, diagnostic: Diagnostic | None = None, *, page: str = ""
    ) -> QueryDict:
        """Return what a browser posts of a step where something else was typed: the same text saved
        twice would not be a save.

        ``page``: what the step's page holds, for what is sent while one types.
        """
        loaded = self._loaded(step, diagnostic)
        data = posted(self._form(step, loaded.form_context))
        self.saves += 1
        data["base_revision"] = str(loaded.revision)
        data[f"{step}-board_question"] = f"Question {self.saves}"
        if page:
            data.update({"autosave": "1", "page": "bench", "sent": str(self.saves)})
            data.setlist("shown", re.findall(r'data-is="(\w+)"', page))
        return data

    def _loaded(self, step: StepKey, diagnostic: Diagnostic | None = None) -> Any:
        pk = (diagnostic or self.six_rows).pk
        leads = Membership.objects.filter(role=MembershipRole.LEAD)
        user = leads.get(structure=diagnostic.structure).user if diagnostic else self.lead
        return load_step(get_diagnostic(user, pk), step, user=user)

    def _form(self, step: StepKey, context: Any) -> StepForm:
        return STEP_FORMS[step](context=context, prefix=step.value)


def of_rows(count: int, answer: Answer) -> Answer:
    """Return the answer with so many rows in each of its lists of rows, or as many as it may have."""
    values = answer.model_dump(mode="json")
    for name in ROW_LISTS:
        rows = values.get(name)
        if rows and "id" in rows[0]:
            prefix = rows[0]["id"][0]
            cap = min(count, cap_of(answer.step, name))
            more = [{**rows[i % len(rows)], "id": f"{prefix}n{i}"} for i in range(cap)]
            values[name] = [*rows, *more][:cap]
    return ANSWER_SHAPES[answer.step].model_validate(values)


def cap_of(step: StepKey, name: str) -> int:
    """Return how many rows a set of a step may have."""
    return STEP_FORMS[step].formset_classes[name].cap


def posted(form: StepForm) -> QueryDict:
    """Return what a browser posts of a form left as it is shown."""
    data = QueryDict(mutable=True)
    rows = [row for formset in form.formsets.values() for row in formset.forms]
    for part in [form, *form.subforms.values(), *rows]:
        for bound in part:
            value = bound.value()
            if isinstance(bound.field, forms.ChoiceField):
                # A link to a row that is gone has no box to tick.
                values = value if isinstance(value, list) else [value]
                offered = [str(v) for v in values if v and bound.field.valid_value(str(v))]
                many = isinstance(bound.field, forms.MultipleChoiceField)
                data.setlist(bound.html_name, offered if many else offered or [""])
            else:
                data[bound.html_name] = "" if value is None else str(value)
    for formset in form.formsets.values():
        for bound in formset.management_form:
            data[bound.html_name] = str(bound.value())
        if formset.fixed:
            for row in formset.forms:
                data.pop(row.add_prefix("id"), None)
    return data


def get(client: Client, address: str) -> bytes:
    """Read a page; anything but a page stops the measure."""
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code}")
    return response.content


def post(client: Client, address: str, data: QueryDict, *, status: int = 302) -> None:
    """Post a form; anything but a success stops the measure."""
    post_text(client, address, data.urlencode(), status=status)


def post_text(client: Client, address: str, text: str, *, status: int = 302) -> None:
    """Post a form as the browser spells it."""
    response = client.post(address, text, content_type="application/x-www-form-urlencoded")
    if response.status_code != status:
        raise RuntimeError(f"{address}: {response.status_code}")
