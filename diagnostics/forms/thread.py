"""Tying a row of the thread: the form of one missing link."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict

from diagnostics.domain.answers import MAX_LINKS, Answer
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.thread import Gap, GapKind
from diagnostics.domain.tying import serve_none, tie, tying_choices
from diagnostics.domain.vocabulary import TerritorialScale
from diagnostics.forms.fields import CodeField, LinksField

# What the choices of each kind of gap are labelled with.
_LABELS = {
    GapKind.ROLE_OBJECTIVE: "Objectifs qui servent ce rôle",
    GapKind.OBJECTIVE_ROLE: "Rôles que sert cet objectif",
    GapKind.OBJECTIVE_ACTIVITY: "Activités qui servent cet objectif",
    GapKind.ACTIVITY_OBJECTIVE: "Objectifs que sert cette activité",
    GapKind.ACTIVITY_SCALE: "Échelon de cette activité",
    GapKind.ALLIANCE_SERVICE: "Activités ou leviers que sert cet acteur",
}


class LinkForm(forms.Form):
    """What a row is tied to: rows to tick, an échelon, or « aucun, volontairement ».

    ``base_revision`` is the revision of the answer that the page was made from.
    """

    gap = forms.CharField(widget=forms.HiddenInput)
    base_revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    links = LinksField(must_exist=True)
    scale = CodeField(TerritorialScale.choices(), empty_label="Choisir un échelon…")
    none = forms.BooleanField(
        label="Aucun objectif, volontairement",
        required=False,
        widget=forms.CheckboxInput(attrs={"data-exclusive": "links"}),
    )

    def __init__(
        self,
        gap: Gap,
        document: DiagnosticDocument,
        *,
        revision: int,
        data: QueryDict | None = None,
    ) -> None:
        initial = {"gap": str(gap), "base_revision": revision}
        slug = str(gap).replace(":", "-")
        super().__init__(
            data, initial=initial, auto_id=f"id-{slug}-%s", use_required_attribute=False
        )
        self.target = gap
        self.choices = tying_choices(gap.kind, document)
        if gap.kind is GapKind.ACTIVITY_SCALE:
            del self.fields["links"]
            self.fields["scale"].widget.attrs["class"] = "form-select"
            self.fields["scale"].label = _LABELS[gap.kind]
        else:
            del self.fields["scale"]
            cast(forms.ChoiceField, self.fields["links"]).choices = self.choices
            self.fields["links"].label = _LABELS[gap.kind]
        if gap.kind is not GapKind.ACTIVITY_OBJECTIVE:
            del self.fields["none"]

    @property
    def has_choice(self) -> bool:
        """Tell whether there is something to tie the row to."""
        return bool(self.choices) or "none" in self.fields

    def clean(self) -> dict[str, object]:
        """Ask for one thing to tie, and only one sort of answer."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        links, none = cleaned.get("links"), cleaned.get("none")
        if links and none:
            self.add_error("none", "Cochez des objectifs, ou «\u00a0aucun\u00a0», pas les deux.")
        elif "scale" in self.fields and not cleaned.get("scale"):
            self.add_error("scale", "Choisissez un échelon.")
        elif "links" in self.fields and not (links or none):
            self.add_error("links", "Cochez au moins une case.")
        elif links and len(links) > MAX_LINKS:
            self.add_error("links", f"{MAX_LINKS}\u00a0liens au plus.")
        return cleaned

    def changed(self, stored: Answer) -> Answer:
        """Return the stored answer with the link; the form must be valid. Raises CannotTie."""
        if self.cleaned_data.get("none"):
            return serve_none(stored, self.target)
        return tie(stored, self.target, self.chosen())

    def chosen(self) -> list[str]:
        """Return the ids (or the échelon) that were chosen; the form must be valid."""
        scale = self.cleaned_data.get("scale")
        return [scale] if scale else list(self.cleaned_data.get("links") or [])

    def words(self) -> list[str]:
        """Return what was chosen, in words, valid or not."""
        if not self.is_bound:
            return []
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        picked = {*data.getlist("links"), *data.getlist("scale")}
        words = [label for value, label in self.choices if value in picked]
        return [*words, "aucun objectif, volontairement"] if data.get("none") else words
