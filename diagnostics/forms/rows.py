"""The rows of a step's form: a form a row, and the set of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from django import forms
from django.forms import ChoiceField
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import cached_property

from diagnostics.domain.answers import MAX_LINKS, Row, RowSet, Shape, new_row_id
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import pointing_at
from diagnostics.forms.fields import LinksField
from diagnostics.forms.renderer import RENDERER
from diagnostics.queries import StepContext

# Up to so many choices, a row shows them all at once.
FEW_LINKS = 8


class RowForm(forms.Form):
    """A row of an answer; its id is hidden. The page gives a new row its id, so that a form that is
    sent twice adds it once.

    ``fields``: those of another row of the same set, to be shared with it (copying the fields of
    each row takes longer than validating them); nothing changes a field once a form is made.
    """

    default_renderer = RENDERER
    shape: ClassVar[type[Row]]
    # The fields that stand in the row's details, one click away from its line.
    more_fields: ClassVar[tuple[str, ...]] = ()
    placed_by: ClassVar[str] = ""
    row_id = ""  # the id of the row in the answer, once there is one

    id = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        context: StepContext,
        fields: dict[str, forms.Field] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("use_required_attribute", False)
        if fields is not None:
            self.base_fields = {}  # type: ignore[misc]  # nothing for Django to copy
        super().__init__(*args, **kwargs)
        self.context = context
        if fields is not None:
            self.fields = fields
            return
        for name, choices in self.link_choices(context.document).items():
            cast("ChoiceField", self.fields[name]).choices = choices
        for form_field in self.fields.values():
            style(form_field)

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """Return, for each field that links to rows of other steps, their (id, label) pairs."""
        return {}

    def has_changed(self) -> bool:
        """Tell whether a row says something: one that has its id does, without asking each field."""
        return bool(self.data.get(self.add_prefix("id"))) or super().has_changed()

    def clean(self) -> dict[str, Any]:
        """Bound the number of links of a row."""
        cleaned = super().clean() or self.cleaned_data
        for name, form_field in self.fields.items():
            if isinstance(form_field, LinksField) and len(cleaned.get(name) or []) > MAX_LINKS:
                self.add_error(name, f"{MAX_LINKS} liens au plus par ligne.")
        return cleaned

    @property
    def key(self) -> str:
        """Which row it is: its id, empty until it has one."""
        return self.row_id or str(self["id"].value() or "")

    @property
    def index(self) -> str:
        """The number of the row in what is posted, from 0."""
        return str(self.prefix).rpartition("-")[2]

    @property
    def number(self) -> str:
        """Its number as people read it; nothing in the template of a new row."""
        return str(int(self.index) + 1) if self.index.isdigit() else ""

    @property
    def place(self) -> str:
        """The group of rows that it stands in, see :attr:`RowFormSet.placed_by`."""
        return str(self[self.placed_by].value() or "") if self.placed_by else ""

    @property
    def is_new(self) -> bool:
        """Tell whether it says nothing yet, besides where it stands."""
        return not any(
            bound.value() and bound.value() != bound.field.initial
            for bound in self
            if bound.name not in ("id", self.placed_by)
        )

    def row_values(self) -> dict[str, Any]:
        """Return the cleaned values as the row's shape takes them, less the id."""
        return {name: value for name, value in self.cleaned_data.items() if name != "id"}

    @classmethod
    def field_of(cls, name: str) -> str:
        """Return the field of the form that holds a field of the shape."""
        return name

    @classmethod
    def initial_of(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Return the initial values that show a stored row (its JSON values)."""
        return row


@dataclass(frozen=True)
class RowGroup:
    """Rows that stand together: activities under their mission.

    ``place``: what they have in common, empty for those that have no place yet.
    """

    place: str
    label: str
    rows: list[RowForm] = field(default_factory=list)
    adds: bool = True  # has a button that adds a row


class RowFormSet(BaseFormSet):
    """The rows of an answer. Rows are added, removed and moved by renumbering them, so that what
    is posted is always rows 0 to n-1 in their order."""

    row_set: ClassVar[RowSet[Any]]
    add_label: ClassVar[str] = "Ajouter une ligne"
    row_template: ClassVar[str]  # the line of a row
    more_template: ClassVar[str] = ""  # its details, if it has any
    group_template: ClassVar[str] = ""  # what a group says above its rows
    # What the cells of a line are called, in their order; none: each field shows its own label.
    columns: ClassVar[tuple[str, ...]] = ()
    opens: ClassVar[bool] = False  # a new row shows its details as one types in it
    # How rows of no group are called.
    unplaced_label: ClassVar[str] = ""
    blank_rows: ClassVar[int] = 1
    # The fields that tell which row it is, whatever was changed beside them; empty: all of them.
    known_by: ClassVar[tuple[str, ...]] = ()

    # Of the row set: what people call a row, what the ids of new ones start with, how many rows at
    # most, whether they are always there, the field that says in which group one stands.
    noun: ClassVar[str]
    id_prefix: ClassVar[str]
    cap: ClassVar[int]
    fixed: ClassVar[bool]
    placed_by: ClassVar[str] = ""
    row_level: ClassVar[int]  # of the headings of rows

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "row_set" in vars(cls):
            cls.noun, cls.cap, cls.fixed = cls.row_set.noun, cls.row_set.cap, cls.row_set.is_fixed
            cls.id_prefix = "" if cls.fixed else cls.row_set.row.id_prefix
            cls.placed_by = cls.row_set.placed_by
        cls.row_level = 3 if cls.placed_by else 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = 0
        self.starts_blank = not self.is_bound and not self.initial
        if self.starts_blank:
            places = [place for place, _label in self.places()] or [""] * self.blank_rows
            self.initial = [self.new_row(place) for place in places]

    @classmethod
    def places(cls) -> list[tuple[str, str]]:
        """Return the (value, label) of the groups of rows, none where rows stand in a single list."""
        if not cls.placed_by:
            return []
        choices = cast("ChoiceField", cls.form.base_fields[cls.placed_by]).choices
        return [(str(value), str(label)) for value, label in cast("Any", choices) if value]

    @classmethod
    def new_row(cls, place: str = "") -> dict[str, Any]:
        """Return what a new row starts with: its id, and the group that it is added to."""
        if cls.fixed:
            return {}
        start = {"id": new_row_id(cls.id_prefix)}
        return start | ({cls.placed_by: place} if place in dict(cls.places()) else {})

    @property
    def groups(self) -> list[RowGroup]:
        """The rows as the page shows them: in groups where they have places, each in the order of the
        answer; those without a place come last."""
        if not self.placed_by:
            return [RowGroup("", "", list(self.forms))]
        groups = [RowGroup(place, label) for place, label in self.places()]
        groups.append(RowGroup("", self.unplaced_label, adds=False))
        by_place = {group.place: group for group in groups}
        for row in self.forms:
            by_place.get(row.place, groups[-1]).rows.append(row)
        return groups

    @cached_property
    def row_fields(self) -> dict[str, forms.Field]:
        """The fields that all rows share."""
        fields: dict[str, forms.Field] = self.form(**self.form_kwargs).fields
        return fields

    @cached_property
    def pointing_at(self) -> dict[str, list[str]]:
        """What is called each row that links to one of these, by its key."""
        return pointing_at(self.row_set, self.form_kwargs["context"].document)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Give each row its context and the shared fields."""
        return {**self.form_kwargs, "fields": self.row_fields}

    def long_links(self) -> list[forms.BoundField]:
        """Return the fields whose choices are too many to be repeated in every row."""
        form = self.empty_form
        return [
            form[name]
            for name, form_field in form.fields.items()
            if isinstance(form_field, LinksField)
            and len(list(cast("Iterable[Any]", form_field.choices))) > FEW_LINKS
        ]

    def rows(self) -> list[Shape]:
        """Return the rows that hold something, each with its id (a new one when it had none)."""
        rows: list[Shape] = []
        for form in self.forms:
            shape = form.shape
            if not form.cleaned_data:
                continue
            row_id = form.cleaned_data["id"] or new_row_id(shape.id_prefix)
            row = shape.model_validate({"id": row_id, **form.row_values()})
            if not row.is_blank and not self._says_only_where_it_stands(row):
                form.row_id = row.id
                rows.append(row)
        return rows

    def _says_only_where_it_stands(self, row: Row) -> bool:
        """Tell whether a row was added to a group and left blank; one that is stored so stays."""
        if not self.placed_by or not row.model_copy(update={self.placed_by: None}).is_blank:
            return False
        stored = self.form_kwargs["context"].stored
        known = getattr(stored, self.row_set.field) if stored else []
        return row.id not in {one.id for one in known}


def rows_of(form: type[RowForm], formset: type[RowFormSet]) -> type[RowFormSet]:
    """Return the class of a set of rows with its form and its cap."""
    form.placed_by = formset.placed_by
    made = formset_factory(
        form,
        formset=formset,
        extra=0,
        max_num=formset.cap,
        absolute_max=formset.cap,
        validate_max=True,
        renderer=RENDERER,
    )
    return cast("type[RowFormSet]", made)


def style(form_field: forms.Field) -> None:
    """Give a widget the class of its kind."""
    widget = form_field.widget
    own = forms.CheckboxSelectMultiple | forms.CheckboxInput | forms.RadioSelect | forms.HiddenInput
    if isinstance(widget, own):
        return
    css = "form-select" if isinstance(widget, forms.Select) else "form-control"
    widget.attrs.setdefault("class", css)
