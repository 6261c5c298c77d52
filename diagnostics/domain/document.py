"""The DiagnosticDocument: identity card, diagnostic and answers as one typed value.

It is what a submitted version stores, what is exported, imported and compared, and the only thing
that the readers (completeness, report, indicators) take. Everything that reads a diagnostic is a
pure function of this document.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from diagnostics.domain.adoption import Adoption
from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    DECIMALS,
    LONG_TEXT,
    ROW_TEXT,
    STEPS,
    AccompanimentScope,
    Activities,
    Alliances,
    Answer,
    BoardDecisions,
    EconomicModel,
    Objectives,
    Organisation,
    Positioning,
    Roles,
    TerritorialScales,
    Vision,
)
from diagnostics.domain.answers.descriptor import drop_dangling
from diagnostics.domain.answers.fields import (
    FoundedYear,
    OneLine,
    People,
    Printable,
    RowId,
    RowLine,
    Year,
)
from diagnostics.domain.malformed import Malformed, Problem, parse_json, problems_of
from diagnostics.domain.reading import read_text
from diagnostics.domain.review import Opinion
from diagnostics.domain.vocabulary import (
    ChapterKey,
    LegalForm,
    State,
    StepKey,
    TerritorialScale,
    Verdict,
)
from diagnostics.typography import NBSP

SCHEMA_VERSION: Literal[5] = 5
MAX_CHAPTER_TITLE = 90  # characters: two lines on paper
MAX_WORKSHOPS = 60
MAX_FINDING_ROWS = 200
# A finding names rows by their id; missions, fixed steps, families of resources and columns of the
# economic model by their code.
FindingRow = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
FindingRows = Annotated[
    list[FindingRow],
    Field(max_length=MAX_FINDING_ROWS),
    AfterValidator(lambda rows: sorted(set(rows))),
]
MAX_ACKNOWLEDGEMENTS = 500
MAX_REASONS = 200


class DocumentPart(BaseModel):
    """Base of the document's parts: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


class StructureCard(DocumentPart):
    """Identity card of the structure."""

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=ROW_TEXT), Printable, OneLine
    ] = Field(description="nom de la structure d’accompagnement")
    legal_form: LegalForm = Field(LegalForm.ASSOCIATION, description="forme juridique")
    founded_year: FoundedYear | None = Field(None, description="année de création")
    territory: RowLine = Field("", description="territoire d’intervention")
    population: (
        Annotated[int, Field(ge=0, le=100_000_000, json_schema_extra={"unit": "habitants"})] | None
    ) = Field(None, description="population du territoire, habitants")
    region: RowLine = Field("", description="région")
    base_scale: TerritorialScale | None = Field(None, description="échelon de base")


class Workshop(DocumentPart):
    """A workshop that was held; participants are counted and described by role, never named."""

    date: dt.date | None = Field(None, description="jour de l’atelier")
    participants: People | None = Field(None, description="nombre de participants")
    composition: RowLine = Field("", description="qualité des participants, sans nom de personne")


class DiagnosticCard(DocumentPart):
    """What the diagnostic itself says: years, board, workshops, state."""

    title: Annotated[
        str, StringConstraints(min_length=1, max_length=ROW_TEXT), Printable, OneLine
    ] = Field(description="titre du diagnostic")
    base_year: Year = Field(description="année N")
    horizon_years: Literal[3, 4, 5] = Field(
        description="horizon, en années", json_schema_extra={"unit": "années"}
    )
    state: State = Field(State.DRAFT, description="état ; un import est toujours un brouillon")
    board_date: dt.date | None = Field(None, description="date du conseil d’administration")
    workshops: list[Workshop] = Field(
        default_factory=list, max_length=MAX_WORKSHOPS, description="ateliers tenus"
    )

    @property
    def target_year(self) -> int:
        """The last year of the horizon."""
        return self.base_year + self.horizon_years

    @property
    def target_label(self) -> str:
        """Name of the target column: N+3, N+4 or N+5."""
        return f"N+{self.horizon_years}"


class Answers(DocumentPart):
    """The answers by step; a step never answered is None here and absent from the JSON."""

    vision: Vision | None = Field(None, description="Q1 : vision du territoire")
    roles: Roles | None = Field(None, description="Q2 : rôles souhaités")
    objectives: Objectives | None = Field(None, description="Q3 : objectifs")
    positioning: Positioning | None = Field(None, description="Q4 : positionnement")
    activities: Activities | None = Field(None, description="Q5 : missions et activités")
    accompaniment_scope: AccompanimentScope | None = Field(
        None, description="Q6 : périmètre d’accompagnement"
    )
    territorial_scales: TerritorialScales | None = Field(
        None, description="Q7 : échelons territoriaux"
    )
    economic_model: EconomicModel | None = Field(None, description="Q8 à Q10 : modèle économique")
    alliances: Alliances | None = Field(None, description="Q11 à Q13 : alliances")
    organisation: Organisation | None = Field(
        None, description="Q14 à Q16 : organisation, gouvernance, outil juridique"
    )
    board_decisions: BoardDecisions | None = Field(
        None, description="ajout au kit : décisions proposées au conseil"
    )

    @model_serializer(mode="wrap")
    def _without_absent_answers(self, handler: Any) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}

    def get(self, step: StepKey) -> Answer | None:
        """Return the answer of a step, or None when it was never given."""
        answer: Answer | None = getattr(self, step.value)
        return answer

    def given(self) -> Iterator[tuple[StepKey, Answer]]:
        """Yield the answers given, in the order of the kit."""
        for step in StepKey:
            answer = self.get(step)
            if answer is not None:
                yield step, answer


class Acknowledgement(DocumentPart):
    """A finding that the structure answers for: « choix assumé ».

    It answers the finding of its rule and its rows (in any order; kept sorted). ``fingerprint`` is
    that of the finding as it was: another figure, and the finding is open again. Without one, as
    another program may write it, whatever the rule finds of these rows is answered.
    """

    rule: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{1,2}$")] = Field(
        description="règle du point à discuter : R14, S1, C5…"
    )
    rows: FindingRows = Field(default_factory=list, description="lignes concernées (ids ou codes)")
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONG_TEXT),
        Printable,
    ] = Field(description="pourquoi ce choix")
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")] | None = Field(
        None, description="ce que disait le point ; absent : quoi qu’il dise de ces lignes"
    )

    @model_serializer(mode="wrap")
    def _without_absent_fingerprint(self, handler: Any) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}

    @property
    def verdict(self) -> Verdict:
        """What the structure answers, of the three answers."""
        return Verdict.ASSUMED


class Judgement(DocumentPart):
    """What the structure says of a question that it is asked: « utile », or « pas pour nous », which
    sets the point aside. It is said of what the rule found of these rows, as an acknowledgement is."""

    rule: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{1,2}$")] = Field(
        description="règle du point à discuter : R14, S1, C5…"
    )
    rows: FindingRows = Field(default_factory=list, description="lignes concernées (ids ou codes)")
    verdict: Literal[Verdict.USEFUL, Verdict.NOT_FOR_US] = Field(
        description="utile, ou pas pour nous : le point est alors mis de côté"
    )
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=LONG_TEXT), Printable
    ] = Field("", description="pourquoi, si la structure l’a dit")
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")] | None = Field(
        None, description="ce que disait le point ; absent : quoi qu’il dise de ces lignes"
    )

    @model_serializer(mode="wrap")
    def _without_absent_fingerprint(self, handler: Any) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


ChapterTitle = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_CHAPTER_TITLE),
    Printable,
    OneLine,
]


class LeftOut(DocumentPart):
    """Why a row of the previous diagnostic is not in this one: an objective dropped, a decision that
    was not carried out."""

    step: StepKey = Field(description="étape du diagnostic précédent")
    row: RowId = Field(description="ligne qui n’y est plus (id de ligne)")
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONG_TEXT),
        Printable,
    ] = Field(description="pourquoi")


class DiagnosticDocument(DocumentPart):
    """A whole diagnostic as one typed value; ``findings`` are derived and never part of it."""

    schema_version: Literal[5] = Field(
        SCHEMA_VERSION, alias="schema", description="version de ce schéma"
    )
    kit: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,50}$")] = Field(
        description="identifiant du kit : rameau-2013"
    )
    structure: StructureCard = Field(description="fiche de la structure")
    diagnostic: DiagnosticCard = Field(description="cadre du diagnostic")
    answers: Answers = Field(default_factory=Answers, description="réponses, par étape")
    acknowledgements: list[Acknowledgement] = Field(
        default_factory=list,
        max_length=MAX_ACKNOWLEDGEMENTS,
        description="choix assumés par la structure",
    )
    judgements: list[Judgement] = Field(
        default_factory=list,
        max_length=MAX_ACKNOWLEDGEMENTS,
        description="ce que la structure dit des questions posées : utiles, ou mises de côté",
    )
    opinion: Opinion | None = Field(
        None, description="avis avec lequel la facilitation a validé ; absent avant"
    )
    adoption: Adoption | None = Field(
        None, description="ce que le conseil a décidé ; absent avant l’adoption"
    )
    chapter_titles: dict[ChapterKey, ChapterTitle] = Field(
        default_factory=dict,
        description="titres de chapitres du rapport écrits par la structure, au lieu de ceux des règles",
    )
    left_out: list[LeftOut] = Field(
        default_factory=list,
        max_length=MAX_REASONS,
        description="pourquoi des lignes du diagnostic précédent n’y sont plus",
    )

    @property
    def is_decided(self) -> bool:
        """Tell whether the board has decided, be its session recorded or not (those adopted first have none)."""
        return self.adoption is not None or self.diagnostic.state is State.ADOPTED

    @field_validator("schema_version", mode="before")
    @classmethod
    def _schema_is_known(cls, value: Any) -> Any:
        if type(value) is not int or value != SCHEMA_VERSION:
            raise ValueError(f"version inconnue{NBSP}: celles de 1 à {SCHEMA_VERSION} sont lues")
        return value

    @model_validator(mode="before")
    @classmethod
    def _older_schemas_are_read(cls, value: Any) -> Any:
        """Read documents of schemas 1 to 4 too: each schema only adds keys, empty where they are not
        told, and the shapes read a unit « par an » as schema 2 says it."""
        is_older = (
            isinstance(value, dict)
            and type(value.get("schema")) is int
            and 1 <= value["schema"] < SCHEMA_VERSION
        )
        return {**value, "schema": SCHEMA_VERSION} if is_older else value

    @model_serializer(mode="wrap")
    def _without_what_is_not_told(self, handler: Any) -> dict[str, Any]:
        later = ("judgements", "opinion", "adoption", "chapter_titles", "left_out")
        return {key: value for key, value in handler(self).items() if value or key not in later}

    @field_validator("acknowledgements")
    @classmethod
    def _answered_once(cls, entries: list[Acknowledgement]) -> list[Acknowledgement]:
        seen: set[tuple[str, ...]] = set()
        for entry in entries:
            identity = (entry.rule, *entry.rows)
            if identity in seen:
                raise ValueError(
                    f"le point {entry.rule} est assumé deux fois pour les mêmes lignes"
                )
            seen.add(identity)
        return entries

    @field_validator("judgements")
    @classmethod
    def _judged_once(cls, entries: list[Judgement], info: ValidationInfo) -> list[Judgement]:
        assumed = info.data.get("acknowledgements", ())
        seen = {(entry.rule, *entry.rows) for entry in assumed}
        for entry in entries:
            identity = (entry.rule, *entry.rows)
            if identity in seen:
                raise ValueError(f"le point {entry.rule} a deux réponses pour les mêmes lignes")
            seen.add(identity)
        return entries

    @property
    def said(self) -> list[Acknowledgement | Judgement]:
        """What the structure answers to the points to discuss, whatever it is."""
        return [*self.acknowledgements, *self.judgements]

    def as_json(self) -> dict[str, Any]:
        """Return the document as plain JSON values (what a version stores)."""
        return self.model_dump(mode="json", by_alias=True)

    def sha256(self) -> str:
        """Return the hexadecimal SHA-256 of the document as it is now, in its canonical spelling."""
        return hashlib.sha256(canonical_json(self.as_json())).hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of JSON values: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def drop_dangling_links(answers: Answers) -> None:
    """Leave out, in place, the links to rows that are no longer there.

    A row may be removed while others still name it; the link is kept in the stored answer (the
    row may come back) and left out of what is read.
    """
    for step in STEPS.values():
        drop_dangling(step.row_sets, answers)


def load_document(value: dict[str, Any], *, this_year: int | None = None) -> DiagnosticDocument:
    """Read a document from its JSON values; ``findings``, being derived, are ignored.
    ``this_year`` refuses a structure founded later: for what comes in, not for what is kept.
    Raises pydantic.ValidationError, with the path of what is malformed.
    """
    kept = {k: v for k, v in value.items() if k != "findings"}
    return DiagnosticDocument.model_validate(kept, context={"this_year": this_year})


def read_document(text: str | bytes) -> DiagnosticDocument:
    """Read a document from JSON text, as another program writes it, its texts and figures as a form
    reads them: decomposed letters, bullets of a symbol font or 33.333333 come in as one would type them.

    Raises Malformed, with the path of what is malformed and the reason in French.
    """
    value = parse_json(text)
    if not isinstance(value, dict):
        raise Malformed([Problem("$", "un objet est attendu")])
    try:
        return load_document(_as_typed(value), this_year=dt.date.today().year)
    except ValidationError as error:
        raise Malformed(problems_of(error)) from error


def _as_typed(value: Any) -> Any:
    """Return JSON values with their texts and figures as a form reads them."""
    if isinstance(value, dict):
        return {key: _as_typed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_as_typed(entry) for entry in value]
    if isinstance(value, str):
        return read_text(value)
    return round(value, DECIMALS) if isinstance(value, float) else value


def load_answer(step: StepKey, value: dict[str, Any]) -> Answer:
    """Read one answer from its JSON values; raises pydantic.ValidationError."""
    return ANSWER_SHAPES[step].model_validate(value)
