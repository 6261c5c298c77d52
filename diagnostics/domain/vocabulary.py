"""Enumerations of the field, with their French labels (steps and axes apart: the kit names them).

The values are the codes kept in the DiagnosticDocument; the labels are what people read.
A leaf module: it imports nothing of the project.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Labelled(StrEnum):
    """A string enumeration whose members carry a French label: ``NAME = "code", "libellé"``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Labelled:
        """Build a member from its code and its French label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Give the French labels with the codes in the JSON Schema."""
        schema: dict[str, Any] = handler(core_schema)
        return schema | {"x-labels": {member.value: member.label for member in cls}}

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (code, label) pairs in the order of the enumeration, for form fields."""
        return [(member.value, member.label) for member in cls]


class StepKey(StrEnum):
    """The ten steps of the kit, in its order, and the addition « Vers le conseil ».

    Codes only: what a step is called is the kit's to say (:mod:`diagnostics.domain.kit_texts`).
    """

    VISION = "vision"
    ROLES = "roles"
    OBJECTIVES = "objectives"
    POSITIONING = "positioning"
    ACTIVITIES = "activities"
    ACCOMPANIMENT_SCOPE = "accompaniment_scope"
    TERRITORIAL_SCALES = "territorial_scales"
    ECONOMIC_MODEL = "economic_model"
    ALLIANCES = "alliances"
    ORGANISATION = "organisation"
    BOARD_DECISIONS = "board_decisions"


class Axis(StrEnum):
    """The four axes of the questionnaire (« parties » of the kit), and what leads to the board.

    Codes only, as the steps.
    """

    VISION = "vision"
    AMBITION = "ambition"
    MISSIONS = "missions"
    MEANS = "means"
    BOARD = "board"


AXIS_STEPS: dict[Axis, tuple[StepKey, ...]] = {
    Axis.VISION: (StepKey.VISION,),
    Axis.AMBITION: (StepKey.ROLES, StepKey.OBJECTIVES, StepKey.POSITIONING),
    Axis.MISSIONS: (
        StepKey.ACTIVITIES,
        StepKey.ACCOMPANIMENT_SCOPE,
        StepKey.TERRITORIAL_SCALES,
    ),
    Axis.MEANS: (StepKey.ECONOMIC_MODEL, StepKey.ALLIANCES, StepKey.ORGANISATION),
    Axis.BOARD: (StepKey.BOARD_DECISIONS,),
}
# The four axes of the kit, without the addition.
KIT_AXES = (Axis.VISION, Axis.AMBITION, Axis.MISSIONS, Axis.MEANS)
STEP_AXIS: dict[StepKey, Axis] = {
    step: axis for axis, steps in AXIS_STEPS.items() for step in steps
}


class ChapterKey(Labelled):
    """The chapters of the board's paper that tell the answers, and what each is about."""

    AMBITION = "ambition", "Vision et ambition"
    ACTIONS = "actions", "Ce que nous ferons"
    COST = "cost", "Ce que cela coûte"
    ALLIES = "allies", "Avec qui"


class MembershipRole(Labelled):
    """What a person is to a structure."""

    LEAD = "lead", "Référent·e"
    CONTRIBUTOR = "contributor", "Contributeur·rice"
    READER = "reader", "Lecteur·rice (administrateur·rice)"


class State(Labelled):
    """States of a diagnostic; editing is possible in ``draft`` and ``changes_requested`` only."""

    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Soumis"
    CHANGES_REQUESTED = "changes_requested", "Modifications demandées"
    VALIDATED = "validated", "Validé"
    ADOPTED = "adopted", "Adopté"


EDITABLE_STATES = frozenset({State.DRAFT, State.CHANGES_REQUESTED})


class Mark(Labelled):
    """What the team says of an answer besides its content (« repère »)."""

    TO_REVIEW = "to_review", "À revoir"
    DISPUTED = "disputed", "En débat"
    FOR_BOARD = "for_board", "À trancher en conseil"


class LegalForm(Labelled):
    """Legal form of the structure that fills the diagnostic."""

    ASSOCIATION = "association", "Association"
    FOUNDATION = "foundation", "Fondation"
    LOCAL_AUTHORITY = "local_authority", "Collectivité ou intercommunalité"
    CHAMBER = "chamber", "Chambre consulaire"
    BUSINESS_NETWORK = "business_network", "Réseau ou club d’entreprises"
    COOPERATIVE = "cooperative", "Coopérative"
    PUBLIC_INTEREST_GROUP = "public_interest_group", "Groupement d’intérêt public"
    OTHER = "other", "Autre"


class TerritorialScale(Labelled):
    """Échelons territoriaux, from the nearest to the widest (loosely: they are not nested)."""

    MUNICIPALITY = "municipality", "Quartier ou commune"
    BUSINESS_PARK = "business_park", "Zone d’activité"
    EPCI = "epci", "EPCI — communauté de communes"
    EPCI_URBAN = "epci_urban", "EPCI — communauté d’agglomération, urbaine ou métropole"
    LIVING_AREA = "living_area", "Bassin de vie"
    EMPLOYMENT_ZONE = "employment_zone", "Zone d’emploi"
    ARRONDISSEMENT = "arrondissement", "Arrondissement"
    COUNTRY_PETR = "country_petr", "Pays ou PETR"
    DEPARTMENT = "department", "Département"
    REGION = "region", "Région"
    INTERREGIONAL = "interregional", "Interrégional"
    NATIONAL = "national", "National"


class RoleKind(Labelled):
    """Q2: the four roles of the kit, or another."""

    INFLUENCE_REFERENCE = (
        "influence_reference",
        "Être un acteur d’influence et de référence sur le sujet",
    )
    NETWORK = "network", "Être un acteur de réseaux"
    SCOUT = "scout", "Être un éclaireur sur le sujet"
    SPREAD = "spread", "Être un acteur d’essaimage des partenariats"
    OTHER = "other", "Autre rôle"


class ObjectiveKind(Labelled):
    """Q3: nature of an objective."""

    QUANTITATIVE = "quantitative", "Quantitatif"
    QUALITATIVE = "qualitative", "Qualitatif"


# Units proposed for an objective; any other text may be typed.
PROPOSED_UNITS = (
    "associations",
    "entreprises",
    "partenariats",
    "événements",
    "personnes",
    "%",
    "€",
)


class ActorType(Labelled):
    """Q4: the six kinds of actors of the kit, or another."""

    LOCAL_AUTHORITIES = "local_authorities", "Collectivités territoriales"
    BUSINESS_NETWORKS = "business_networks", "Réseaux entreprises"
    NONPROFIT_NETWORKS = "nonprofit_networks", "Réseaux associations"
    CITIZENS = "citizens", "Citoyens"
    ACADEMIA = "academia", "Monde académique"
    OTHER_TERRITORIES = "other_territories", "Autres territoires"
    OTHER = "other", "Autre acteur"


class RelationMode(Labelled):
    """Whether the relation is with each actor, with their group, or does not distinguish."""

    INDIVIDUAL = "individual", "en individuel"
    COLLECTIVE = "collective", "en collectif"
    NONE = "none", "sans objet"


CIRCLE_LABELS = {1: "1er cercle — influence directe", 2: "2e cercle — influence élargie"}

# Postures proposed towards an actor (from the kit's examples); any other text may be typed.
PROPOSED_POSTURES = (
    "être au service",
    "un partenaire",
    "un aiguilleur",
    "l’acteur de référence",
    "un appui",
    "un contributeur",
    "une aide à l’émergence",
)


class Mission(Labelled):
    """Q5: the four missions of a territorial model, in the kit's order."""

    CONNECT_NETWORKS = "connect_networks", "Mettre en relation, animer des réseaux"
    RAISE_AWARENESS = "raise_awareness", "Sensibiliser"
    SUPPORT_PARTNERSHIPS = "support_partnerships", "Accompagner les partenariats"
    ANALYSE_SHARE = "analyse_share", "Analyser, diffuser"


PRIORITY_LABELS = {1: "Prioritaire", 2: "Importante", 3: "Plus tard"}


class ActivityState(Labelled):
    """Where an activity stands today."""

    EXISTING = "existing", "Existante"
    TO_STRENGTHEN = "to_strengthen", "À renforcer"
    TO_CREATE = "to_create", "À créer"


class ScopeStepKey(Labelled):
    """Q6: the chain of six steps of a partnership's accompaniment (reconstructed)."""

    PREPARE_NONPROFIT = "prepare_nonprofit", "Préparer l’association"
    PREPARE_COMPANY = "prepare_company", "Préparer l’entreprise"
    MATCH = "match", "Mettre en relation"
    FORMALISE = "formalise", "Construire et formaliser le partenariat"
    FOLLOW_UP = "follow_up", "Suivre le partenariat"
    EVALUATE = "evaluate", "Évaluer le partenariat"


class Handling(Labelled):
    """Q6: who takes a step of the accompaniment in charge."""

    UNDECIDED = "undecided", "À décider"
    SELF = "self", "La structure le fait"
    WITH_PARTNER = "with_partner", "Avec un partenaire"
    NONE = "none", "La structure ne le fait pas"


class FundingFamily(Labelled):
    """Q8–Q10: the three families of resources."""

    PUBLIC = "public", "Ressources publiques"
    PRIVATE = "private", "Ressources privées"
    SELF = "self", "Auto-financement"


class LeverState(Labelled):
    """Whether a lever is already secured."""

    SECURED = "secured", "Acquis"
    TO_RENEW = "to_renew", "À reconduire"
    TO_MOBILISE = "to_mobilise", "À mobiliser"


class Shock(Labelled):
    """« Et si ? »: what may happen to the economic model, as the team studies it."""

    FUNDER_LEAVES = "funder_leaves", "Un financeur se retire"
    HALF_COMES = "half_comes", "La moitié de ce qui est à trouver arrive"
    ONE_POST_LESS = "one_post_less", "Un poste de moins"


class AllianceFamily(Labelled):
    """Q11–Q13: the six families of allies of the kit."""

    NONPROFIT_NETWORKS = "nonprofit_networks", "Réseaux d’associations nationaux et locaux"
    BUSINESS_NETWORKS = "business_networks", "Réseaux d’entreprises nationaux et locaux"
    PUBLIC_BODIES = "public_bodies", "Pouvoirs publics"
    INSTITUTIONS = "institutions", "Institutionnels"
    ADVISORY_AUDIT = "advisory_audit", "Conseils, audit"
    OTHER = "other", "Autres"


class AllianceLevel(Labelled):
    """Level at which an ally acts."""

    LOCAL = "local", "Local"
    DEPARTMENTAL = "departmental", "Départemental"
    REGIONAL = "regional", "Régional"
    NATIONAL = "national", "National"


class Relation(Labelled):
    """Whether an ally is part of the network already."""

    EXISTING = "existing", "Existant"
    TO_APPROACH = "to_approach", "À approcher"


class GovernanceForm(Labelled):
    """Q15: forms of governance that can be combined."""

    CURRENT_BOARD = "current_board", "Conseil d’administration actuel"
    COLLEGES = "colleges", "Conseil d’administration élargi en collèges"
    PARTNER_COMMITTEE = "partner_committee", "Comité de pilotage partenarial"
    ORIENTATION_COMMITTEE = "orientation_committee", "Comité d’orientation"
    COLLEGIAL = "collegial", "Gouvernance collégiale"
    OTHER = "other", "Autre"


class LegalTool(Labelled):
    """Q16: legal tool, « le cas échéant »."""

    NONE = "none", "Aucun outil nouveau"
    AGREEMENT = "agreement", "Convention pluripartite"
    DEDICATED_ASSOCIATION = "dedicated_association", "Association dédiée"
    ENDOWMENT_FUND = "endowment_fund", "Fonds de dotation"
    HOSTED_FOUNDATION = "hosted_foundation", "Fondation abritée"
    SOCIAL_JOINT_VENTURE = "social_joint_venture", "Joint-venture sociale"
    SCIC = "scic", "SCIC"
    GIE = "gie", "GIE"
    PTCE = "ptce", "PTCE"
    EMPLOYER_GROUP = "employer_group", "Groupement d’employeurs"
    OTHER = "other", "Autre outil"


# What each tool is, in a sentence that follows its name: orientation, not advice.
LEGAL_TOOL_HELPS: dict[LegalTool, str] = {
    LegalTool.NONE: "une réponse complète, si l’organisation actuelle suffit au projet.",
    LegalTool.AGREEMENT: "un contrat entre plusieurs partenaires, sans nouvelle personne morale.",
    LegalTool.DEDICATED_ASSOCIATION: "une association créée pour le projet, avec ses membres et ses instances.",
    LegalTool.ENDOWMENT_FUND: "déclaré en préfecture, doté d’au moins 15\u202f000\u00a0€ au départ\u00a0; sauf dérogation exceptionnelle, il ne reçoit aucun fonds public.",
    LegalTool.HOSTED_FOUNDATION: "créée par décision de la fondation qui l’abrite. Une «\u00a0fondation territoriale\u00a0» est une pratique, non un statut.",
    LegalTool.SOCIAL_JOINT_VENTURE: "une entité distincte, fondée par une entreprise et un acteur de l’économie sociale et solidaire, à finalité sociale.",
    LegalTool.SCIC: "au moins trois catégories d’associés, dont les bénéficiaires et les salariés ou producteurs\u00a0; les collectivités ont ensemble la moitié du capital au plus.",
    LegalTool.GIE: "développe l’activité économique de ses membres, le plus souvent la même pour tous\u00a0: il convient rarement ici.",
    LegalTool.PTCE: "s’organise autour d’un projet, et non autour d’un statut juridique (loi de 2014 sur l’économie sociale et solidaire, article\u00a09).",
    LegalTool.EMPLOYER_GROUP: "embauche des salariés et les met à la disposition de ses membres.",
    LegalTool.OTHER: "dites lequel dans le motif.",
}  # fmt: skip
# Said of every tool, but where none is needed.
LEGAL_CAUTION = "À valider par un conseil juridique"


class LegalToolState(Labelled):
    """How far the legal tool is."""

    CONSIDERED = "considered", "Envisagé"
    STUDIED = "studied", "À l’étude"
    DECIDED = "decided", "Décidé"
    EXISTING = "existing", "Existant"


class Verdict(Labelled):
    """What a structure answers to a point to discuss, by one click."""

    USEFUL = "useful", "Utile"
    NOT_FOR_US = "not_for_us", "Pas pour nous"
    ASSUMED = "assumed", "Choix assumé"


class EventKind(Labelled):
    """What the journal of a structure and its diagnostics records."""

    STRUCTURE_CREATED = "structure_created", "Structure créée"
    MEMBER_INVITED = "member_invited", "Invitation envoyée"
    INVITATION_RESENT = "invitation_resent", "Invitation renvoyée"
    MEMBER_JOINED = "member_joined", "Arrivée dans l’équipe"
    MEMBER_ROLE_CHANGED = "member_role_changed", "Rôle modifié"
    MEMBER_REMOVED = "member_removed", "Départ de l’équipe"
    STRUCTURE_DELETED = "structure_deleted", "Structure supprimée"
    DIAGNOSTIC_OPENED = "diagnostic_opened", "Diagnostic ouvert"
    DIAGNOSTIC_DELETED = "diagnostic_deleted", "Diagnostic supprimé"
    ANSWERS_IMPORTED = "answers_imported", "Réponses importées"
    FINDING_ACKNOWLEDGED = "finding_acknowledged", "Choix assumé"
    ACKNOWLEDGEMENT_WITHDRAWN = "acknowledgement_withdrawn", "Choix remis en discussion"
    QUESTION_JUDGED = "question_judged", "Avis sur une question"
    JUDGEMENT_WITHDRAWN = "judgement_withdrawn", "Avis sur une question retiré"
    SUBMITTED = "submitted", "Diagnostic soumis"
    CHANGES_REQUESTED = "changes_requested", "Modifications demandées"
    VALIDATED = "validated", "Diagnostic validé"
    SUBMISSION_WITHDRAWN = "submission_withdrawn", "Soumission retirée"
    REOPENED = "reopened", "Diagnostic rouvert"
    ADOPTED = "adopted", "Diagnostic adopté par le conseil"
    REVIEW_TAKEN = "review_taken", "Relecture prise en charge"
    REVIEW_HANDED_OVER = "review_handed_over", "Relecture confiée"
    FACILITATOR_CHANGED = "facilitator_changed", "Facilitation confiée"
    REQUEST_MADE = "request_made", "Demande faite"
    REQUEST_ADDRESSED = "request_addressed", "Demande traitée"
    REQUEST_ACCEPTED = "request_accepted", "Réponse acceptée"
    REQUEST_ASKED_AGAIN = "request_asked_again", "Demande renouvelée"
    REQUEST_WITHDRAWN = "request_withdrawn", "Demande retirée"
    REASONS_WRITTEN = "reasons_written", "Raisons écrites"
    INVITATION_CANCELLED = "invitation_cancelled", "Invitation annulée"
    # What leaves the site: a paper, a table, a document, a list.
    EXPORTED = "exported", "Téléchargement"
    # Of the site and of accounts: no structure.
    SIGNED_IN = "signed_in", "Connexion"
    SESSIONS_ENDED = "sessions_ended", "Sessions fermées"
    ACCOUNT_CREATED = "account_created", "Compte créé"
    ACCOUNT_ACTIVATED = "account_activated", "Compte réactivé"
    ACCOUNT_DEACTIVATED = "account_deactivated", "Compte désactivé"
    ACCOUNT_ERASED = "account_erased", "Compte effacé"
    STAFF_GIVEN = "staff_given", "Administration confiée"
    STAFF_WITHDRAWN = "staff_withdrawn", "Administration retirée"
    SUPERUSER_GIVEN = "superuser_given", "Tous les droits confiés"
    SUPERUSER_WITHDRAWN = "superuser_withdrawn", "Tous les droits retirés"
    FACILITATOR_GIVEN = "facilitator_given", "Rôle de facilitation confié"
    FACILITATOR_WITHDRAWN = "facilitator_withdrawn", "Rôle de facilitation retiré"
    PASSWORD_CHANGED = "password_changed", "Mot de passe changé"  # noqa: S105  # a kind of event
    ADDRESS_ADDED = "address_added", "Adresse e-mail ajoutée"
    ADDRESS_CHANGED = "address_changed", "Adresse e-mail changée"
    ADDRESS_REMOVED = "address_removed", "Adresse e-mail retirée"
    FACTOR_ADDED = "factor_added", "Seconde étape de connexion ajoutée"
    FACTOR_REMOVED = "factor_removed", "Seconde étape de connexion retirée"
    RECOVERY_CODES_MADE = "recovery_codes_made", "Codes de secours créés"
    STRUCTURE_ERASED = "structure_erased", "Structure effacée"


# What happens to an account or to the site: the only events that need not name a structure.
SITE_EVENTS = (
    EventKind.EXPORTED,
    EventKind.SIGNED_IN,
    EventKind.SESSIONS_ENDED,
    EventKind.ACCOUNT_CREATED,
    EventKind.ACCOUNT_ACTIVATED,
    EventKind.ACCOUNT_DEACTIVATED,
    EventKind.ACCOUNT_ERASED,
    EventKind.STAFF_GIVEN,
    EventKind.STAFF_WITHDRAWN,
    EventKind.SUPERUSER_GIVEN,
    EventKind.SUPERUSER_WITHDRAWN,
    EventKind.FACILITATOR_GIVEN,
    EventKind.FACILITATOR_WITHDRAWN,
    EventKind.PASSWORD_CHANGED,
    EventKind.ADDRESS_ADDED,
    EventKind.ADDRESS_CHANGED,
    EventKind.ADDRESS_REMOVED,
    EventKind.FACTOR_ADDED,
    EventKind.FACTOR_REMOVED,
    EventKind.RECOVERY_CODES_MADE,
    EventKind.STRUCTURE_ERASED,
)
# What a command or a rule of the site does without anybody: the only events that need not name who did it.
UNATTENDED_EVENTS = (
    EventKind.DIAGNOSTIC_DELETED,
    EventKind.STRUCTURE_DELETED,
    EventKind.STRUCTURE_ERASED,
    EventKind.MEMBER_REMOVED,
    EventKind.MEMBER_ROLE_CHANGED,
    EventKind.INVITATION_CANCELLED,
    EventKind.FACILITATOR_CHANGED,
    EventKind.REVIEW_HANDED_OVER,
    EventKind.SESSIONS_ENDED,
    EventKind.ACCOUNT_CREATED,
    EventKind.ACCOUNT_ACTIVATED,
    EventKind.ACCOUNT_DEACTIVATED,
    EventKind.ACCOUNT_ERASED,
    EventKind.STAFF_GIVEN,
    EventKind.STAFF_WITHDRAWN,
    EventKind.SUPERUSER_GIVEN,
    EventKind.SUPERUSER_WITHDRAWN,
    EventKind.FACILITATOR_GIVEN,
    EventKind.FACILITATOR_WITHDRAWN,
    EventKind.PASSWORD_CHANGED,
    EventKind.FACTOR_REMOVED,
)
