"""Step `organisation`: organisation, governance, legal tool (Q14–Q16)."""

from django import forms

from diagnostics.domain.answers import LONG_TEXT, RATIONALE_TEXT
from diagnostics.domain.vocabulary import (
    LEGAL_CAUTION,
    LEGAL_TOOL_HELPS,
    GovernanceForm,
    LegalTool,
    LegalToolState,
    StepKey,
)
from diagnostics.forms.base import StepForm
from diagnostics.forms.fields import CodeField, TextField, with_room


class OrganisationForm(StepForm):
    """Three texts, the forms of governance and the legal tool."""

    step = StepKey.ORGANISATION

    organisation = TextField(label="Organisation envisagée", max_length=LONG_TEXT, rows=5)
    governance = TextField(label="Gouvernance adaptée", max_length=LONG_TEXT, rows=5)
    governance_forms = forms.MultipleChoiceField(
        label="Formes de gouvernance",
        choices=GovernanceForm.choices(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choisissez une forme de la liste."},
    )
    legal_tool = CodeField(
        LegalTool.choices(),
        label="Outil juridique",
        widget=forms.Select(attrs={"aria-describedby": "legal-tool"}),
    )
    legal_tool_state = CodeField(LegalToolState.choices(), label="Où en est cet outil")
    rationale = TextField(
        label="Motif",
        help_text=with_room(RATIONALE_TEXT, "À quel besoin cet outil répond-il ?"),
        max_length=RATIONALE_TEXT,
        rows=3,
    )

    legal_caution = LEGAL_CAUTION
    # What each tool is, under its choice: (code, name, what it is, what is said of it besides).
    legal_tools = tuple(
        (tool.value, tool.label, words, "" if tool is LegalTool.NONE else f"{LEGAL_CAUTION}.")
        for tool, words in LEGAL_TOOL_HELPS.items()
    )
