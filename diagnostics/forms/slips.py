"""The slips of a step (S1–S16) at its fields: what is asked, what mends it, « c’est voulu »."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.template.loader import render_to_string

from diagnostics.domain.coherence import CoherenceFinding
from diagnostics.forms.base import StepForm
from diagnostics.forms.kept_texts import labels_by_place
from diagnostics.forms.places import fields_by_place
from diagnostics.queries import LoadedStep, findings_of, load_diagnostic_document
from diagnostics.services.coherence import FindingGone, acknowledge_finding

ON_PURPOSE = "C’est voulu."


@dataclass(frozen=True)
class Slip:
    """A slip at the field where it is asked; ``label`` is what the page calls the field.

    ``correction`` is what the button that mends it says and posts; nothing where there is none.
    """

    finding: CoherenceFinding
    field_id: str
    label: str
    correction: tuple[str, str] | None = None

    @property
    def html_id(self) -> str:
        """The id of what is shown at the field."""
        return f"{self.field_id}_slip-{self.finding.rule}"


def slips_of(form: StepForm, loaded: LoadedStep) -> list[Slip]:
    """Return the open slips of a step that a field of its form shows, in the order of the rules.

    A field whose text is refused or waits for a choice shows another text than the one that is asked.
    """
    found = [f for f in loaded.findings if f.is_slip and f.step is loaded.step]
    if not found:
        return []
    fields, labels, slips = fields_by_place(form), labels_by_place(form), []
    for finding in found:
        path = next((link.field for link in finding.links if link.step is loaded.step), "")
        place = _place(path, form, loaded)
        bound = fields.get(place)
        if bound is None or bound.errors or place in loaded.kept_here:
            continue
        correction = None
        if finding.correction:
            named = {f"{form.prefix}-{name}": text for name, text in finding.correction.fields}
            correction = (finding.correction.label, urlencode(named))
        slips.append(Slip(finding, bound.auto_id, labels[place], correction))
    return slips


def _place(path: str, form: StepForm, loaded: LoadedStep) -> str:
    """Return the place of a field of the stored answer: « rows-0-unit » is « rows/o1/unit »."""
    name, _, rest = path.partition("-")
    formset = form.formsets.get(name)
    if formset is None:
        return path.replace("-", "/", 1)
    number, _, field = rest.partition("-")
    rows = getattr(loaded.document.answers.get(loaded.step), name, ())
    if not number.isdigit() or int(number) >= len(rows):
        return ""
    return f"{name}/{rows[int(number)].id}/{formset.form.field_of(field)}"


def told_slips(slips: list[Slip]) -> list[dict[str, str]]:
    """Return what a page that was saved in place shows at its fields."""
    return [
        {"field": slip.field_id, "html": render_to_string("diagnostics/_slip.html", {"slip": slip})}
        for slip in slips
    ]


def take_correction(posted: QueryDict) -> str:
    """Write what a slip's button corrects into its fields (the button ``correct``); return the id of
    the first."""
    named = [(n, text) for n, text in parse_qsl(posted.get("correct", "")) if n in posted]
    for name, text in named:
        posted[name] = text
    return f"id_{named[0][0]}" if named else ""


def mean_it(posted: QueryDict, loaded: LoadedStep) -> str:
    """Answer a slip with « c’est voulu » (the button ``intended``: its fingerprint, then the id of its
    field), once what was typed is stored; return that id.

    What was typed may have mended it: then there is nothing to answer. Raises NotAllowed, WrongState.
    """
    fingerprint, _, field_id = posted.get("intended", "").partition(" ")
    for finding in _slips_now(loaded) if fingerprint else ():
        if finding.fingerprint == fingerprint:
            _acknowledge(finding, loaded)
    return field_id


def _slips_now(loaded: LoadedStep) -> Iterator[CoherenceFinding]:
    document = load_diagnostic_document(loaded.diagnostic)
    return (f for f in findings_of(loaded.diagnostic, document) if f.is_slip)


def _acknowledge(finding: CoherenceFinding, loaded: LoadedStep) -> None:
    # Changed within the second, it is asked again with what it says now.
    with suppress(FindingGone):
        acknowledge_finding(
            loaded.diagnostic,
            rule=finding.rule,
            rows=finding.rows,
            reason=ON_PURPOSE,
            user=loaded.user,
            fingerprint=finding.fingerprint,
        )
