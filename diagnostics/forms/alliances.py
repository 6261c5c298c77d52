"""Step `alliances`: existing network, actors to approach, and to what purpose (Q11–Q13)."""

from __future__ import annotations

from diagnostics.domain.answers import LONG_TEXT, ROW_TEXT, Alliance
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.vocabulary import AllianceFamily, AllianceLevel, Relation, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, LinksField, TextField, YearField


class AllianceForm(RowForm):
    """An ally."""

    shape = Alliance
    more_fields = ("purpose", "level", "note", "serves")

    actor = TextField(label="Acteur", max_length=ROW_TEXT)
    family = CodeField(AllianceFamily.choices(), label="Famille")
    level = CodeField(AllianceLevel.choices(), label="Niveau")
    relation = CodeField(Relation.choices(), label="Relation")
    purpose = TextField(label="Dans quel but", max_length=ROW_TEXT)
    horizon_year = YearField(label="Horizon")
    note = TextField(label="Note", max_length=LONG_TEXT, rows=2)
    serves = LinksField(label="Au service des activités ou des leviers")

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """An ally serves activities or levers."""
        return {"serves": link_choices([ACTIVITIES, LEVERS], document)}


class AllianceRows(RowFormSet):
    """The allies."""

    row_set = ALLIES
    add_label = "Ajouter un acteur"
    known_by = ("actor",)
    row_template = "steps/alliances/row.html"
    more_template = "steps/alliances/more.html"
    columns = ("Acteur", "Famille", "Relation", "Horizon")
    opens = True


class AlliancesForm(StepForm):
    """Allies, existing or to approach."""

    step = StepKey.ALLIANCES
    formset_classes = {"rows": rows_of(AllianceForm, AllianceRows)}
