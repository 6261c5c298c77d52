"""What a browser posts from a step's page, and a desk to work at: a diagnostic with its lead."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from diagnostics.domain.answers import ANSWER_SHAPES, Answer
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import StepForm
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import AnswerRevision, Diagnostic, Draft, User
from diagnostics.queries import StepContext, get_diagnostic, load_step
from diagnostics.services.answers import save_answer
from tests.factories import DiagnosticFactory, StructureFactory, UserFactory

URL_ENCODED = "application/x-www-form-urlencoded"
STEPS = list(StepKey)


def posted(form: StepForm) -> QueryDict:
    """Return what a browser posts of a form as it is shown, line ends included."""
    data = QueryDict(mutable=True)

    def put(fields: Any) -> None:
        for field in fields:
            value = field.value()
            if isinstance(field.field, forms.MultipleChoiceField):
                if value:
                    data.setlist(field.html_name, [str(item) for item in value])
            else:
                text = "" if value is None else str(value)
                data[field.html_name] = text.replace("\n", "\r\n")

    put(form)
    for subform in form.subforms.values():
        put(subform)
    for formset in form.formsets.values():
        data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(formset.forms))
        data[f"{formset.prefix}-INITIAL_FORMS"] = str(formset.initial_form_count())
        for row in formset.forms:
            put(field for field in row if not (formset.fixed and field.name == "id"))
    return data


def form_of(context: StepContext, step: StepKey, data: QueryDict | None = None) -> StepForm:
    """Return the form of a step as the wizard makes it."""
    return STEP_FORMS[step](data, context=context, prefix=step.value)


def context_of(document: DiagnosticDocument, step: StepKey) -> StepContext:
    """Return what the form of a step knows of a document whose answers are all stored."""
    stored = document.answers.get(step)
    return StepContext(
        document=document,
        stored=stored,
        known_ids=frozenset(stored.row_ids() if stored else ()),
    )


def demo_document(name: str = "sorelle") -> DiagnosticDocument:
    """Return one of the demo documents."""
    path = settings.BASE_DIR / "fixtures" / "demo" / f"{name}.json"
    return load_document(json.loads(path.read_text(encoding="utf-8")))


class Desk:
    """A diagnostic of a structure, its lead, and the client where the lead is signed in."""

    def __init__(self, **diagnostic: Any) -> None:
        self.lead = UserFactory(name="Ada Référente")
        self.structure = StructureFactory(name="Passerelles d’essai", lead=self.lead)
        self.diagnostic: Diagnostic = DiagnosticFactory(structure=self.structure, **diagnostic)
        self.client = self.client_of(self.lead)

    @staticmethod
    def client_of(user: User) -> Client:
        """Return a client where a person is signed in."""
        client = Client()
        client.force_login(user)
        return client

    def url(self, step: StepKey | str) -> str:
        """Return the address of a step."""
        return reverse("diagnostic_step", args=[self.diagnostic.pk, str(step)])

    def store(self, *answers: Answer, user: User | None = None, note: str = "") -> None:
        """Store answers as the lead, whatever was stored before."""
        for answer in answers:
            save_answer(
                self.diagnostic,
                answer,
                internal_note=note,
                base_revision=self.revision(answer.step),
                user=user or self.lead,
            )

    def store_demo(self, name: str = "sorelle") -> DiagnosticDocument:
        """Store every answer of a demo document."""
        document = demo_document(name)
        self.store_all(document)
        return document

    def store_all(self, document: DiagnosticDocument) -> None:
        """Store every answer of a document at once, at revision 1."""
        AnswerRow.objects.bulk_create(
            AnswerRow(
                diagnostic=self.diagnostic,
                step=step.value,
                value=answer.model_dump(mode="json", exclude={"board_question", "mark"}),
                board_question=answer.board_question,
                mark=answer.mark.value if answer.mark else "",
                updated_by=self.lead,
            )
            for step, answer in document.answers.given()
        )

    def row(self, step: StepKey) -> AnswerRow | None:
        """Return the stored row of a step."""
        return AnswerRow.objects.filter(diagnostic=self.diagnostic, step=step.value).first()

    def revision(self, step: StepKey) -> int:
        """Return the revision now in force."""
        row = self.row(step)
        return row.revision if row else 0

    def answer(self, step: StepKey) -> Answer:
        """Return the answer now in force; an empty one when there is none."""
        row = self.row(step)
        return ANSWER_SHAPES[step].model_validate(row.shape_value() if row else {})

    def draft(self, step: StepKey, user: User | None = None) -> QueryDict | None:
        """Return what a person's draft of a step holds."""
        draft = Draft.objects.filter(
            diagnostic=self.diagnostic, step=step.value, user=user or self.lead
        ).first()
        return QueryDict(draft.form_data) if draft else None

    def page(self, step: StepKey, *, user: User | None = None) -> QueryDict:
        """Return what the page of a step would post unchanged: draft or answer, and revision."""
        user = user or self.lead
        loaded = load_step(get_diagnostic(user, self.diagnostic.pk), step, user=user)
        typed = QueryDict(loaded.draft.form_data) if loaded.draft else None
        data = posted(form_of(loaded.form_context, step, typed))
        return self.complete(data, step, revision=loaded.revision)

    def complete(self, data: QueryDict, step: StepKey, *, revision: int) -> QueryDict:
        """Add what the page posts besides the form's own fields."""
        data["base_revision"] = str(revision)
        data[f"diagnostic-{self.diagnostic.pk}-current_step"] = step.value
        return data

    def typed(self, answer: Answer) -> QueryDict:
        """Return what is posted by somebody who types a whole answer over the stored one."""
        loaded = load_step(
            get_diagnostic(self.lead, self.diagnostic.pk), answer.step, user=self.lead
        )
        context = StepContext(document=loaded.document, stored=answer)
        data = posted(form_of(context, answer.step))
        for name in list(data):
            if name.endswith("-id") and data[name] not in loaded.form_context.known_ids:
                data[name] = ""
        return self.complete(data, answer.step, revision=loaded.revision)

    def post(
        self, step: StepKey, data: QueryDict, *, client: Client | None = None, **extra: str
    ) -> Any:
        """Post a step as a browser does; ``extra`` is the button pressed, or a changed field."""
        body = data.copy()
        for name, value in extra.items():
            body[name] = value
        return (client or self.client).post(
            self.url(step), data=body.urlencode(), content_type=URL_ENCODED
        )

    def stored_rows(self) -> dict[str, list[Any]]:
        """Return everything that a refused request must leave as it was."""
        return {
            "answers": list(AnswerRow.objects.order_by("pk").values()),
            "revisions": list(AnswerRevision.objects.order_by("pk").values()),
            "drafts": list(Draft.objects.order_by("pk").values()),
            "diagnostics": list(Diagnostic.objects.order_by("pk").values()),
        }
