"""What is measured: the demo's Sorelle with six rows in each step, and what a browser posts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from diagnostics.bench import floor
from diagnostics.bench.measure import Measure
from diagnostics.domain.answers import ANSWER_SHAPES, Answer
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import StepForm
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.models import Diagnostic, Rendering, User
from diagnostics.queries import get_diagnostic, load_diagnostic_document, load_step
from diagnostics.report.content import build_report
from diagnostics.report.pdf import render_report_html
from diagnostics.services.answers import save_answer
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.kit import load_kit
from diagnostics.services.structures import create_structure
from diagnostics.services.workflow import submit_diagnostic

ROWS = 6
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
        self.six_rows = self._diagnostic(structure, document, of_six_rows)
        self.submitted = self._diagnostic(structure, document)
        submit_diagnostic(self.submitted, user=self.lead, base_url="http://testserver")
        self.saves = 0
        self.typed = QueryDict(mutable=True)

    def _diagnostic(
        self, structure: Any, document: DiagnosticDocument, change: Any = lambda answer: answer
    ) -> Diagnostic:
        diagnostic = open_diagnostic(
            structure, title="Bench", base_year=2026, horizon_years=3, user=self.lead
        )
        for _step, answer in document.answers.given():
            save_answer(
                diagnostic, change(answer), internal_note="", base_revision=0, user=self.lead
            )
        return diagnostic

    def sign_in(self, client: Client) -> None:
        """Sign the lead in."""
        client.force_login(self.lead, settings.AUTHENTICATION_BACKENDS[0])

    # --- Measures ---

    def reading(self, client: Client, bare: Client, step: StepKey, rounds: int) -> Measure:
        """The page of a step against a bare page plus Django's rendering of the same form.

        The page around the form has an allowance of its own (``docs/adr/0007``).
        """
        address = reverse("diagnostic_step", args=[self.six_rows.pk, step])

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
        address = reverse("diagnostic_step", args=[self.six_rows.pk, step])
        data = QueryDict(mutable=True)
        self.typed = typed = QueryDict(mutable=True)  # the same, sent while one types
        ready = [""]  # as the browser spells it

        def change() -> None:
            """Type something else each time: the same text saved twice would not be a save."""
            loaded = self._loaded(step)
            self.saves += 1
            data.clear()
            # A QueryDict takes another with its lists; its stubs know plain mappings alone.
            data.update(posted(self._form(step, loaded.form_context)))  # type: ignore[arg-type]
            data["base_revision"] = str(loaded.revision)
            data[f"diagnostic-{self.six_rows.pk}-current_step"] = step.value
            data[f"{step}-board_question"] = f"Question {self.saves}"
            typed.clear()
            typed.update(data)  # type: ignore[arg-type]  # as above
            typed.update({"autosave": "1", "page": "bench", "sent": str(self.saves)})
            ready[0] = data.urlencode()

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
        save = self.saving(client, bare, step, rounds)
        typed, ready = self.typed, [""]
        address = reverse("diagnostic_step", args=[self.six_rows.pk, step])

        def change() -> None:
            save.prepare()
            shown = re.findall(r'data-is="(\w+)"', get(client, address).decode())
            typed.setlist("shown", shown)  # what surrounds the form, as the page has it
            ready[0] = typed.urlencode()

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

    def serving_kept(self, client: Client, rounds: int) -> Measure:
        """The PDF of a version that is kept against printing it."""
        address = reverse("report_pdf", args=[self.submitted.pk])

        def print_again() -> None:
            Rendering.objects.all().delete()
            get(client, address)

        get(client, address)
        return Measure(
            "PDF d’une version, déjà imprimé",
            lambda: get(client, address),
            print_again,
            0.05,
            rounds,
            prepare=lambda: kept_or_printed(client, address),
        )

    # --- A site served by real processes ---

    def another_whole(self) -> Diagnostic:
        """Return one more diagnostic with every step answered."""
        return self._diagnostic(self.structure, self.document)

    def step_to_save(self, step: StepKey) -> tuple[str, dict[str, list[str]], int]:
        """Return the address of a step, what a browser posts there, and the revision it has."""
        loaded = self._loaded(step)
        data = dict(posted(self._form(step, loaded.form_context)).lists())
        data[f"diagnostic-{self.six_rows.pk}-current_step"] = [step.value]
        address = reverse("diagnostic_step", args=[self.six_rows.pk, step])
        return address, data, loaded.revision

    def _loaded(self, step: StepKey) -> Any:
        return load_step(get_diagnostic(self.lead, self.six_rows.pk), step, user=self.lead)

    def _form(self, step: StepKey, context: Any) -> StepForm:
        return STEP_FORMS[step](context=context, prefix=step.value)


def of_six_rows(answer: Answer) -> Answer:
    """Return the answer with six rows in each of its lists of rows."""
    values = answer.model_dump(mode="json")
    for name in ROW_LISTS:
        rows = values.get(name)
        if rows and "id" in rows[0]:
            prefix = rows[0]["id"][0]
            more = [{**rows[i % len(rows)], "id": f"{prefix}n{i}"} for i in range(ROWS)]
            values[name] = [*rows, *more][:ROWS]
    return ANSWER_SHAPES[answer.step].model_validate(values)


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


def kept_or_printed(client: Client, address: str) -> None:
    """Have a PDF kept before it is asked for."""
    if not Rendering.objects.exists():
        get(client, address)


def post(client: Client, address: str, data: QueryDict, *, status: int = 302) -> None:
    """Post a form; anything but a success stops the measure."""
    post_text(client, address, data.urlencode(), status=status)


def post_text(client: Client, address: str, text: str, *, status: int = 302) -> None:
    """Post a form as the browser spells it."""
    response = client.post(address, text, content_type="application/x-www-form-urlencoded")
    if response.status_code != status:
        raise RuntimeError(f"{address}: {response.status_code}")
