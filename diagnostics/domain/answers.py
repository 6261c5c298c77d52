"""The answer shapes: one Pydantic model per step of the kit (domain file, §2).

A star in the kit's shapes means « needed for complete », never « required »: every field has an
empty value, and :mod:`diagnostics.domain.completeness` says in words what is missing. What is
refused here is what is malformed: out of bounds, unknown code, minimum above maximum.

Units: budgets and amounts in K€, team in ETP, shares in %, years as four digits.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)

from diagnostics.domain.vocabulary import (
    ActivityState,
    ActorType,
    AllianceFamily,
    AllianceLevel,
    FundingFamily,
    GovernanceForm,
    Handling,
    LegalTool,
    LegalToolState,
    LeverState,
    Mark,
    Mission,
    ObjectiveKind,
    Relation,
    RelationMode,
    RoleKind,
    ScopeStepKey,
    StepKey,
    TerritorialScale,
)

# --- Bounds (design §4) --------------------------------------------------------------------

MAX_ROWS = 60
MAX_LINKS = 20
MAX_STATEMENTS = 6
MAX_CALENDAR_ROWS = 12
ROW_TEXT = 300
LONG_TEXT = 1_000
STATEMENT_TEXT = 280
STARTING_POINT_TEXT = 800
MILESTONE_TEXT = 120
RATIONALE_TEXT = 500
UNIT_TEXT = 60
MAX_FTE = 10_000
MAX_KEUR = 1_000_000
MAX_PEOPLE = 1_000_000
MAX_DAYS = 1_000_000
MAX_VALUE = 1_000_000_000
MIN_YEAR, MAX_YEAR = 1900, 2100

# --- Field types ---------------------------------------------------------------------------


# Controls (less line feed and tab) and lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def is_printable(text: str) -> bool:
    """Tell whether a document can hold a text: no NUL, no controls, no lone surrogates."""
    return not _UNPRINTABLE.search(text)


def _printable(text: str) -> str:
    """Refuse what PostgreSQL's JSON or a document cannot hold."""
    if not is_printable(text):
        raise ValueError("caractère de contrôle refusé")
    return text


def _plain_number(value: float | None) -> float | int | None:
    """Write 18.0 as 18, so that equal numbers have one spelling in the JSON."""
    return int(value) if value is not None and float(value).is_integer() else value


def _no_duplicates(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


Printable = AfterValidator(_printable)
PlainNumber = PlainSerializer(_plain_number)

RowId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,11}$")]
RowIds = Annotated[list[RowId], Field(max_length=MAX_LINKS), AfterValidator(_no_duplicates)]
RowText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=ROW_TEXT), Printable]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONG_TEXT), Printable]
StatementText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=STATEMENT_TEXT), Printable
]
StartingPointText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=STARTING_POINT_TEXT), Printable
]
MilestoneText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MILESTONE_TEXT), Printable
]
RationaleText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=RATIONALE_TEXT), Printable
]
UnitText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=UNIT_TEXT), Printable]
Month = Annotated[
    str, StringConstraints(pattern=r"^(|(19|20)\d\d-(0[1-9]|1[0-2])|2100-(0[1-9]|1[0-2]))$")
]


def _unit(name: str) -> Any:
    """Say the unit of a number to those who read the JSON Schema."""
    return Field(json_schema_extra={"unit": name})


Year = Annotated[int, Field(ge=MIN_YEAR, le=MAX_YEAR), _unit("année")]
Fte = Annotated[float, Field(ge=0, le=MAX_FTE, allow_inf_nan=False), _unit("ETP"), PlainNumber]
Keur = Annotated[float, Field(ge=0, le=MAX_KEUR, allow_inf_nan=False), _unit("K€"), PlainNumber]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), _unit("%"), PlainNumber]
Value = Annotated[
    float,
    Field(ge=0, le=MAX_VALUE, allow_inf_nan=False),
    _unit("celle du champ « unit »"),
    PlainNumber,
]
People = Annotated[int, Field(ge=0, le=MAX_PEOPLE), _unit("personnes")]
Days = Annotated[int, Field(ge=0, le=MAX_DAYS), _unit("jours par an")]


def new_row_id(prefix: str) -> str:
    """Return a short random id for a new row, such as ``o7k2qd``.

    Random rather than counted, so that two people who add a row at once never share an id.
    """
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return prefix + "".join(secrets.choice(alphabet) for _ in range(5))


class Shape(BaseModel):
    """Base of everything in an answer: unknown keys are refused, values are checked."""

    model_config = ConfigDict(extra="forbid", validate_default=True, use_enum_values=False)


class Row(Shape):
    """A row of an answer; its stable ``id`` lets other rows refer to it."""

    id_prefix: ClassVar[str]
    id: RowId = Field(description="identifiant stable de la ligne, unique dans l’étape")

    def is_blank(self) -> bool:
        """Tell whether every field but the id is empty or at its default."""
        return all(
            getattr(self, name) == field.get_default(call_default_factory=True)
            for name, field in type(self).model_fields.items()
            if name != "id"
        )


class Answer(Shape):
    """Base of the eleven answers: what every step has besides its own content."""

    step: ClassVar[StepKey]

    board_question: LongText = Field("", description="« À trancher en conseil d’administration »")
    mark: Mark | None = Field(None, description="repère de l’équipe")

    @model_validator(mode="after")
    def _row_ids_are_unique(self) -> Self:
        seen: set[str] = set()
        for row in self.all_rows():
            if row.id in seen:
                raise ValueError(f"l’identifiant de ligne « {row.id} » est utilisé deux fois")
            seen.add(row.id)
        return self

    def all_rows(self) -> Iterator[Row]:
        """Yield every row that carries an id, in reading order."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, list):
                yield from (item for item in value if isinstance(item, Row))

    def without_blank_rows(self) -> Self:
        """Return the answer less its rows that hold nothing besides their id and their defaults."""
        rows = {
            name: [item for item in value if not (isinstance(item, Row) and item.is_blank())]
            for name, value in self
            if isinstance(value, list)
        }
        return self.model_copy(update=rows)

    def row_ids(self) -> set[str]:
        """Return the ids of the rows of this answer."""
        return {row.id for row in self.all_rows()}

    def is_empty(self) -> bool:
        """Tell whether nothing at all was answered, marks and board question included."""
        return self == type(self)()

    def content_is_empty(self) -> bool:
        """Tell whether nothing was answered to the kit's own questions."""
        return self.model_copy(update={"board_question": "", "mark": None}).is_empty()


# --- Axis 1: vision of the territory -------------------------------------------------------


class VisionStatement(Row):
    """One sentence of the situation wished for on the territory."""

    id_prefix: ClassVar[str] = "v"
    text: StatementText = Field("", description="énoncé, au présent, sur le territoire")


class Vision(Answer):
    """Q1 « Quelle situation souhaitée pour les partenariats sur le territoire concerné ? »."""

    step: ClassVar[StepKey] = StepKey.VISION
    starting_point: StartingPointText = Field("", description="constat de départ")
    statements: list[VisionStatement] = Field(
        default_factory=list,
        max_length=MAX_STATEMENTS,
        description="énoncés de la situation souhaitée",
    )


# --- Axis 2: ambition of the structure -----------------------------------------------------


class Role(Row):
    """A role wished for; the order of the rows is the order of priority."""

    id_prefix: ClassVar[str] = "r"
    role: RoleKind | None = Field(None, description="l’un des quatre rôles du kit, ou « autre »")
    label: RowText = Field("", description="nom du rôle quand il est « autre »")
    detail: RowText = Field("", description="précision")

    @property
    def title(self) -> str:
        """The role as people read it."""
        if self.role is None or self.role is RoleKind.OTHER:
            return self.label or (self.role.label if self.role else "Rôle à préciser")
        return self.role.label


class Roles(Answer):
    """Q2 « Quels rôles souhaités par la structure ? »."""

    step: ClassVar[StepKey] = StepKey.ROLES
    rows: list[Role] = Field(
        default_factory=list, max_length=MAX_ROWS, description="rôles, dans l’ordre de priorité"
    )


class Objective(Row):
    """An objective; one row has one target."""

    id_prefix: ClassVar[str] = "o"
    statement: RowText = Field("", description="énoncé de l’objectif")
    kind: ObjectiveKind | None = Field(None, description="nature")
    indicator: RowText = Field("", description="ce que l’on compte")
    baseline_value: Value | None = Field(None, description="valeur actuelle, dans l’unité")
    target_value: Value | None = Field(None, description="valeur cible, dans l’unité")
    unit: UnitText = Field(
        "", description="unité des valeurs : associations, entreprises, partenariats, %…"
    )
    deadline_year: Year | None = Field(None, description="échéance")
    serves: RowIds = Field(default_factory=list, description="rôles servis (ids de lignes)")


class Objectives(Answer):
    """Q3 « Quels objectifs qualitatifs et quantitatifs se fixer au regard de l’ambition ? »."""

    step: ClassVar[StepKey] = StepKey.OBJECTIVES
    rows: list[Objective] = Field(
        default_factory=list, max_length=MAX_ROWS, description="objectifs, une cible par ligne"
    )


class Position(Row):
    """The relation of the structure to one kind of actor, in one of the two circles."""

    id_prefix: ClassVar[str] = "p"
    actor_type: ActorType | None = Field(None, description="type d’acteur")
    label: RowText = Field("", description="nom de l’acteur quand il est « autre »")
    circle: Literal[1, 2] | None = Field(None, description="1 : influence directe ; 2 : élargie")
    mode: RelationMode = Field(
        RelationMode.NONE, description="relation avec chacun, avec leur réseau, ou sans distinction"
    )
    posture: RowText = Field("", description="posture envers l’acteur : « être au service »…")
    note: LongText = Field("", description="note")

    @property
    def title(self) -> str:
        """The actor as people read it, with the mode when it distinguishes."""
        if self.actor_type is None or self.actor_type is ActorType.OTHER:
            name = self.label or "Acteur à préciser"
        else:
            name = self.actor_type.label
        return name if self.mode is RelationMode.NONE else f"{name} ({self.mode.label})"


class Positioning(Answer):
    """Q4 « Quels sont les rapports de la structure par rapport aux différents acteurs… ? »."""

    step: ClassVar[StepKey] = StepKey.POSITIONING
    rows: list[Position] = Field(
        default_factory=list, max_length=MAX_ROWS, description="acteurs du territoire"
    )


# --- Axis 3: missions and activities -------------------------------------------------------


class Activity(Row):
    """An activity of one of the four missions."""

    id_prefix: ClassVar[str] = "a"
    mission: Mission | None = Field(None, description="mission dont relève l’activité")
    text: RowText = Field("", description="intitulé de l’activité")
    priority: Literal[1, 2, 3] | None = Field(
        None, description="1 prioritaire, 2 importante, 3 plus tard"
    )
    state: ActivityState | None = Field(None, description="où en est l’activité aujourd’hui")
    start_year: Year | None = Field(None, description="année de démarrage")
    serves: RowIds = Field(default_factory=list, description="objectifs servis (ids de lignes)")
    serves_none: bool = Field(
        False, description="ne sert aucun objectif, volontairement ; absent quand c’est faux"
    )

    @model_validator(mode="after")
    def _links_win(self) -> Self:
        """What serves an objective does not serve none (two people may have answered at once)."""
        if self.serves:
            self.serves_none = False
        return self

    @model_serializer(mode="wrap")
    def _absent_unless_chosen(self, handler: Any) -> dict[str, Any]:
        """Leave ``serves_none`` out unless it was chosen: documents written before it existed
        keep their digest."""
        values: dict[str, Any] = handler(self)
        if not self.serves_none:
            values.pop("serves_none", None)
        return values


class Activities(Answer):
    """Q5 « Quelles missions et activités développer en fonction de l’ambition… ? »."""

    step: ClassVar[StepKey] = StepKey.ACTIVITIES
    rows: list[Activity] = Field(
        default_factory=list, max_length=MAX_ROWS, description="activités des quatre missions"
    )
    out_of_scope: Annotated[list[Mission], AfterValidator(_no_duplicates)] = Field(
        default_factory=list, description="missions « hors de notre rôle »"
    )


class ScopeStep(Shape):
    """One of the six fixed steps of the accompaniment of a partnership."""

    step: ScopeStepKey = Field(description="étape de l’accompagnement")
    handling: Handling = Field(Handling.UNDECIDED, description="qui prend l’étape en charge")
    partner: RowText = Field("", description="nom du partenaire, écrit librement")
    alliance: RowId | None = Field(None, description="partenaire pris dans les alliances (id)")
    note: LongText = Field("", description="note")


def _scope_chain() -> list[ScopeStep]:
    return [ScopeStep(step=key) for key in ScopeStepKey]


class AccompanimentScope(Answer):
    """Q6 « Quel périmètre d’action pour la structure locale dans l’accompagnement… ? »."""

    step: ClassVar[StepKey] = StepKey.ACCOMPANIMENT_SCOPE
    rows: list[ScopeStep] = Field(default_factory=_scope_chain, description="les six étapes")

    @field_validator("rows")
    @classmethod
    def _the_six_steps_in_order(cls, rows: list[ScopeStep]) -> list[ScopeStep]:
        given = {row.step: row for row in rows}
        if len(given) != len(rows):
            raise ValueError("une étape de l’accompagnement est donnée deux fois")
        return [given.get(key) or ScopeStep(step=key) for key in ScopeStepKey]


class ActionTerritory(Row):
    """The échelon of an activity, of a whole mission, or of an action named freely."""

    id_prefix: ClassVar[str] = "s"
    activity: RowId | None = Field(None, description="activité concernée (id de ligne)")
    mission: Mission | None = Field(None, description="mission entière concernée")
    label: RowText = Field("", description="action nommée librement, sans activité ni mission")
    scale: TerritorialScale | None = Field(None, description="échelon territorial")
    territory: RowText = Field("", description="nom du territoire")
    note: LongText = Field("", description="note")

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        if self.activity and self.mission:
            raise ValueError("un échelon porte sur une activité ou sur une mission, pas les deux")
        return self


class TerritorialScales(Answer):
    """Q7 « Quels sont les échelons territoriaux pertinents pour les différentes actions… ? »."""

    step: ClassVar[StepKey] = StepKey.TERRITORIAL_SCALES
    rows: list[ActionTerritory] = Field(
        default_factory=list, max_length=MAX_ROWS, description="échelons des actions"
    )


# --- Axis 4: means -------------------------------------------------------------------------


class EconomicSnapshot(Shape):
    """One column of the economic model: year N, or the end of the horizon."""

    fte: Fte | None = Field(None, description="équipe salariée, en ETP")
    team_detail: RowText = Field("", description="précision en texte, jamais comptée")
    volunteers: People | None = Field(None, description="bénévoles actifs, personnes")
    skills_sponsorship_days: Days | None = Field(
        None, description="mécénat de compétences, jours par an"
    )
    budget_min_keur: Keur | None = Field(None, description="budget, bas de la fourchette, K€")
    budget_max_keur: Keur | None = Field(None, description="budget, haut de la fourchette, K€")
    public_pct: Percent | None = Field(None, description="part publique, %")
    private_pct: Percent | None = Field(None, description="part privée, %")
    self_pct: Percent | None = Field(None, description="part d’auto-financement, %")

    @model_validator(mode="after")
    def _range_is_ordered(self) -> Self:
        low, high = self.budget_min_keur, self.budget_max_keur
        if low is not None and high is not None and low > high:
            raise ValueError("le bas de la fourchette du budget dépasse le haut")
        return self

    @property
    def shares(self) -> dict[FundingFamily, float | None]:
        """The three shares, in %."""
        return {
            FundingFamily.PUBLIC: self.public_pct,
            FundingFamily.PRIVATE: self.private_pct,
            FundingFamily.SELF: self.self_pct,
        }

    @property
    def share_total(self) -> float | None:
        """Sum of the shares in %, or None while one of them is missing."""
        values = list(self.shares.values())
        return None if None in values else sum(value for value in values if value is not None)

    @property
    def budget_middle(self) -> float | None:
        """Middle of the budget's range in K€; one bound alone is the budget; None without."""
        bounds = [b for b in (self.budget_min_keur, self.budget_max_keur) if b is not None]
        return sum(bounds) / len(bounds) if bounds else None


class Lever(Row):
    """A lever to mobilise resources; an argument towards funders may have no amount."""

    id_prefix: ClassVar[str] = "x"
    family: FundingFamily | None = Field(None, description="famille de ressources")
    text: RowText = Field("", description="intitulé du levier")
    state: LeverState | None = Field(None, description="acquis ou à mobiliser")
    amount_now_keur: Keur | None = Field(None, description="montant de l’année N, K€")
    amount_target_keur: Keur | None = Field(None, description="montant cible, K€")


class EconomicModel(Answer):
    """Q8–Q10: needs and resources now and at the horizon, and the levers."""

    step: ClassVar[StepKey] = StepKey.ECONOMIC_MODEL
    now: EconomicSnapshot = Field(default_factory=EconomicSnapshot, description="colonne N")
    target: EconomicSnapshot = Field(
        default_factory=EconomicSnapshot, description="colonne N+3 ou N+5"
    )
    needs_now: LongText = Field("", description="besoins actuels")
    needs_target: LongText = Field("", description="besoins à l’horizon")
    levers: list[Lever] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        description="leviers pour mobiliser les ressources",
    )


class Alliance(Row):
    """An ally of the structure, existing or to approach."""

    id_prefix: ClassVar[str] = "l"
    actor: RowText = Field("", description="nom de l’acteur")
    family: AllianceFamily | None = Field(None, description="famille d’alliés")
    level: AllianceLevel | None = Field(None, description="niveau où agit l’allié")
    relation: Relation | None = Field(None, description="allié existant ou à approcher")
    purpose: RowText = Field("", description="but")
    horizon_year: Year | None = Field(None, description="échéance du rapprochement")
    note: LongText = Field("", description="note")
    serves: RowIds = Field(
        default_factory=list, description="activités ou leviers servis (ids de lignes)"
    )


class Alliances(Answer):
    """Q11–Q13: existing network, actors to approach, and to what purpose."""

    step: ClassVar[StepKey] = StepKey.ALLIANCES
    rows: list[Alliance] = Field(
        default_factory=list, max_length=MAX_ROWS, description="alliés existants et à approcher"
    )


class Organisation(Answer):
    """Q14–Q16: organisation, governance, legal tool."""

    step: ClassVar[StepKey] = StepKey.ORGANISATION
    organisation: LongText = Field("", description="organisation envisagée")
    governance: LongText = Field("", description="gouvernance adaptée")
    governance_forms: Annotated[list[GovernanceForm], AfterValidator(_no_duplicates)] = Field(
        default_factory=list, description="formes de gouvernance, qui se combinent"
    )
    legal_tool: LegalTool | None = Field(None, description="outil juridique, le cas échéant")
    legal_tool_state: LegalToolState | None = Field(None, description="où en est l’outil")
    rationale: RationaleText = Field("", description="motif du choix de l’outil")


# --- Towards the board (an addition to the kit) --------------------------------------------


class BoardDecision(Row):
    """A decision proposed to the board."""

    id_prefix: ClassVar[str] = "d"
    text: RowText = Field("", description="décision proposée au conseil")


class Milestone(Row):
    """A milestone of the twelve months after the board."""

    id_prefix: ClassVar[str] = "c"
    month: Month = Field("", description="mois, AAAA-MM")
    milestone: MilestoneText = Field("", description="jalon")


class BoardDecisions(Answer):
    """Decisions proposed to the board and calendar of the next twelve months (addition)."""

    step: ClassVar[StepKey] = StepKey.BOARD_DECISIONS
    decisions: list[BoardDecision] = Field(
        default_factory=list, max_length=MAX_ROWS, description="décisions proposées"
    )
    calendar: list[Milestone] = Field(
        default_factory=list,
        max_length=MAX_CALENDAR_ROWS,
        description="calendrier des douze mois suivants",
    )


ANSWER_SHAPES: dict[StepKey, type[Answer]] = {
    shape.step: shape
    for shape in (
        Vision,
        Roles,
        Objectives,
        Positioning,
        Activities,
        AccompanimentScope,
        TerritorialScales,
        EconomicModel,
        Alliances,
        Organisation,
        BoardDecisions,
    )
}
