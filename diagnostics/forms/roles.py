"""Step `roles`: the roles wished for by the structure (Q2)."""

from diagnostics.domain.answers import ROW_TEXT, Role
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.vocabulary import RoleKind, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, TextField


class RoleForm(RowForm):
    """A role; the order of the rows is the order of priority."""

    shape = Role

    role = CodeField(RoleKind.choices(), label="Rôle")
    label = TextField(
        label="Nom du rôle", help_text="Seulement pour un autre rôle.", max_length=ROW_TEXT
    )
    detail = TextField(label="Précision", max_length=ROW_TEXT, rows=2)


class RoleRows(RowFormSet):
    """Roles in their order of priority."""

    row_set = ROLES
    add_label = "Ajouter un rôle"
    known_by = ("role",)
    row_template = "steps/roles/row.html"
    columns = ("Rôle", "Précision")


class RolesForm(StepForm):
    """Roles ranked by priority."""

    step = StepKey.ROLES
    formset_classes = {"rows": rows_of(RoleForm, RoleRows)}
