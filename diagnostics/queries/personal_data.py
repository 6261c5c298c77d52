"""What is held of a person: every table that points to somebody, what of it they take with them, and why
the rest stays (a test goes through all the fields)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, Model, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import (
    Diagnostic,
    KeptText,
    Membership,
    OpenSession,
    Review,
    Structure,
    User,
    Version,
)

INTERNAL = "numéro interne"
SECRET = "secret de connexion"  # noqa: S105  # a reason, not a secret
OF_THE_STRUCTURE = "appartient à la structure, se télécharge depuis ses pages"
OF_THE_KIT = "texte du questionnaire, publié par Le RAMEAU"
COUNTED = "calculé par le site à partir du reste"
OF_OTHERS = "dit quelque chose d’une autre personne"
SAME_TEXT = "le même texte, mis en forme"


@dataclass(frozen=True)
class Held:
    """What is held of a person in a table.

    ``mine``: its fields that lead to a person; ``exported``: what they take with them (a lookup where
    another table says it better); ``kept_out``: each other field, with the reason.
    """

    title: str
    mine: tuple[str, ...]
    exported: tuple[str, ...] = ()
    kept_out: dict[str, str] = field(default_factory=dict)


def _but(reason: str, *fields: str) -> dict[str, str]:
    return dict.fromkeys(fields, reason)


_ID = _but(INTERNAL, "id")
_REVISION = ("answer__diagnostic", "answer__step", "revision", "value", "written_at", "replaced_at")

HELD: dict[str, Held] = {
    "diagnostics.User": Held(
        "Votre compte",
        ("pk",),
        (
            *(
                "email",
                "name",
                "date_joined",
                "last_login",
                "last_seen_at",
                "is_active",
                "is_facilitator",
                "is_staff",
            ),
            *("is_superuser", "comment_mails", "reminder_mails", "absent_from", "absent_until"),
            *("portfolio_view", "erased_at"),
        ),
        _ID | _but(SECRET, "password") | _but(OF_OTHERS, "stand_in"),
    ),
    "account.EmailAddress": Held("Vos adresses", ("user",), ("email", "verified", "primary"), _ID),
    "mfa.Authenticator": Held(
        "Vos moyens de connexion",
        ("user",),
        ("type", "created_at", "last_used_at"),
        _ID | _but(SECRET, "data"),
    ),
    "diagnostics.OpenSession": Held(
        "Où vous êtes connecté·e",
        ("user",),
        ("browser", "started_at", "last_seen_at"),
        _ID | _but(SECRET, "session_key"),
    ),
    "diagnostics.User_groups": Held("Vos groupes", ("user",), ("group__name",), _ID),
    "diagnostics.User_user_permissions": Held(
        "Vos permissions", ("user",), ("permission__codename",), _ID
    ),
    "diagnostics.Membership": Held(
        "Vos équipes", ("user",), ("structure", "structure__name", "role", "joined_at"), _ID
    ),
    "diagnostics.Invitation": Held(
        "Les invitations faites et acceptées",
        ("invited_by", "accepted_by"),
        ("structure", "role", "created_at", "sent_at", "expires_at", "accepted_at", "cancelled_at"),
        _ID | _but(SECRET, "token_digest") | _but(OF_OTHERS, "email"),
    ),
    "diagnostics.Structure": Held(
        "Les structures que vous suivez, ou avez supprimées",
        ("facilitator", "deleted_by"),
        ("id", "name", "deleted_at"),
        _but(OF_THE_STRUCTURE, "legal_form", "founded_year", "territory", "population", "region")
        | _but(OF_THE_STRUCTURE, "base_scale", "created_at"),
    ),
    "diagnostics.Diagnostic": Held(
        "Les diagnostics que vous avez ouverts ou supprimés",
        ("created_by", "deleted_by"),
        ("id", "structure", "title", "created_at", "deleted_at"),
        _but(OF_THE_STRUCTURE, "kit", "base_year", "horizon_years", "board_date", "workshops")
        | _but(OF_THE_STRUCTURE, "chapter_titles", "state", "previous", "updated_at", "state_since")
        | _but(OF_THE_STRUCTURE, "submitted_at", "validated_at", "adopted_at")
        | _but(COUNTED, "indicators"),
    ),
    "diagnostics.Answer": Held(
        "Les réponses que vous avez écrites en dernier",
        ("updated_by",),
        ("diagnostic", "step", "value", "board_question", "mark", "internal_note", "updated_at"),
        _ID | _but(INTERNAL, "revision", "sent_by"),
    ),
    "diagnostics.AnswerRevision": Held(
        "Les réponses que vous aviez écrites",
        ("author",),
        _REVISION,
        _ID | _but(INTERNAL, "sent_by"),
    ),
    "diagnostics.RecentAnswer": Held(
        "Les réponses remplacées depuis hier",
        ("author",),
        _REVISION,
        _ID | _but(INTERNAL, "sent_by"),
    ),
    "diagnostics.KeptText": Held(
        "Vos textes gardés",
        ("user",),
        ("diagnostic", "step", "texts", "kept_at"),
        _ID | _but(INTERNAL, "pages"),
    ),
    "diagnostics.Version": Held(
        "Les versions que vous avez soumises",
        ("submitted_by",),
        ("diagnostic", "number", "sha256", "submitted_at"),
        _ID | _but(OF_THE_STRUCTURE, "content"),
    ),
    "diagnostics.Acknowledgement": Held(
        "Vos réponses aux points à discuter",
        ("made_by",),
        ("diagnostic", "rule", "rows", "verdict", "reason", "made_at"),
        _ID | _but(INTERNAL, "fingerprint"),
    ),
    "diagnostics.LeftOutRow": Held(
        "Les raisons que vous avez écrites",
        ("written_by",),
        ("diagnostic", "step", "row", "reason", "written_at"),
        _ID,
    ),
    "diagnostics.BoardSession": Held(
        "Les séances de conseil que vous avez enregistrées",
        ("recorded_by",),
        ("diagnostic", "held_on", "content", "recorded_at", "revoked_at"),
        _ID,
    ),
    "diagnostics.Thread": Held(
        "Les échanges que vous avez ouverts",
        ("opened_by",),
        ("id", "diagnostic", "step", "row", "row_name", "audience", "kind", "state", "opened_at"),
        _but(INTERNAL, "ends_at_submission") | _but(OF_OTHERS, "changed_at"),
    ),
    "diagnostics.Message": Held(
        "Vos messages", ("author",), ("thread", "act", "text", "written_at", "edited_at"), _ID
    ),
    "diagnostics.Review": Held(
        "Vos relectures",
        ("taken_by", "closed_by"),
        (
            *("diagnostic", "version__number", "taken_at", "opinion", "appreciations", "questions"),
            *("in_spite", "outcome", "closed_at"),
        ),
        _ID | _but(INTERNAL, "submitted_from", "revision") | _but(COUNTED, "lacking"),
    ),
    "diagnostics.StepReviewed": Held(
        "Les étapes que vous avez relues",
        ("reviewed_by",),
        ("review__diagnostic", "step", "reviewed_at"),
        _ID,
    ),
    "diagnostics.ReadVersion": Held(
        "Les versions que vous avez lues",
        ("reader",),
        ("diagnostic", "version__number", "read_at"),
        _ID,
    ),
    "diagnostics.Remark": Held(
        "Vos remarques", ("author",), ("step", "text", "is_shared", "created_at"), _ID
    ),
    "diagnostics.Presence": Held(
        "Quand vous avez été vu·e à une étape", ("user",), ("diagnostic", "step", "seen_at"), _ID
    ),
    "diagnostics.QueuedMail": Held(
        "Les mails que nous vous avons écrits (de ceux de votre compte et des invitations, écrits au moment "
        "de partir, le texte n’est pas gardé)",
        ("person",),
        # What those of accounts are written from holds the network address and browser of who asked.
        (
            *("kind", "diagnostic", "address", "subject", "text", "queued_at", "sent_at"),
            "written_from",
        ),
        _ID | _but(INTERNAL, "key", "headers", "about") | _but(SAME_TEXT, "html"),
    ),
    "diagnostics.Event": Held(
        "Ce que le journal dit de vous",
        ("actor", "person"),
        ("structure", "diagnostic", "kind", "detail", "created_at"),
        _ID,
    ),
    "diagnostics.SentForm": Held(
        "Les formulaires envoyés depuis hier",
        ("user",),
        ("leads_to", "sent_at"),
        _ID | _but(INTERNAL, "token"),
    ),
    "diagnostics.Erasure": Held(
        "Ce que vous avez effacé pour l’administration",
        ("done_by",),
        ("kind", "done_on", "counts"),
        _ID,
    ),
    "diagnostics.KitChange": Held(
        "Vos changements du questionnaire",
        ("changed_by",),
        ("place", "field", "changed_at"),
        _ID | _but(INTERNAL, "kit", "path", "name") | _but(OF_THE_KIT, "before", "after"),
    ),
    "admin.LogEntry": Held(
        "Ce que vous avez fait dans l’administration",
        ("user",),
        ("action_time", "content_type__model", "action_flag"),
        _ID | _but(OF_OTHERS, "object_id", "object_repr", "change_message"),
    ),
    "diagnostics.PortfolioLine": Held(
        "La liste des facilitateur·rices",
        ("facilitator", "reviewer"),
        kept_out=_but(
            COUNTED,
            *("id", "structure", "diagnostic", "name_key", "territory_key", "region_key"),
            *(
                "facilitator_key",
                "search",
                "state",
                "state_rank",
                "waiting_since",
                "steps_complete",
            ),
            *("points", "requests", "requests_addressed", "threads", "threads_between"),
            *("board_date", "horizon", "changed_at"),
        ),
    ),
}


def personal_data_of(user: User) -> dict[str, Any]:
    """Return all that a person takes with them, as JSON has it (a query for each table)."""
    parts = []
    for label, held in HELD.items():
        if not held.exported:
            continue
        rows = list(_rows(apps.get_model(label), held, user))
        parts.append(
            {"quoi": held.title, "table": label, "lignes": rows, "non donné": held.kept_out}
        )
    sessions = [{"expire_date": end} for end in open_sessions(user)]
    parts.append({"quoi": "Vos sessions ouvertes", "table": "sessions.Session", "lignes": sessions})
    return {
        "format": "mes-donnees",
        "version": 1,
        "fait_le": timezone.now(),
        "pour": user.email,
        "donnees": parts,
    }


def _rows(model: type[Model], held: Held, user: User) -> Iterator[dict[str, Any]]:
    mine = Q()
    for name in held.mine:
        mine |= Q(**{name: user.pk})
    found = model._base_manager.filter(mine).order_by("pk")
    for row in found.values(*held.exported, *held.mine).iterator():
        links = [name for name in held.mine if row.pop(name) == user.pk]
        if len(held.mine) > 1:
            row["vous"] = links
        if model is KeptText:
            row["texts"] = KeptText.read(row["texts"])
        yield row


def open_sessions(user: User) -> list[dt.datetime]:
    """Return when each session in which a person is signed in ends."""
    own = OpenSession.objects.filter(user=user).values("session_key")
    current = Session.objects.filter(pk__in=own, expire_date__gt=timezone.now())
    return list(current.order_by("expire_date").values_list("expire_date", flat=True))


# --- Before an account goes -------------------------------------------------------------------------


@dataclass(frozen=True)
class Led:
    """A structure whose lead somebody is, with how many others are in its team and how many diagnostics it
    has; ``drafts``: those that a lead may delete, as they were never submitted."""

    structure: Structure
    others: int
    diagnostics: int
    drafts: tuple[Diagnostic, ...]

    @property
    def may_end(self) -> bool:
        """Whether its lead can delete all of it without anybody."""
        return not self.others and len(self.drafts) == self.diagnostics


@dataclass(frozen=True)
class HeldBack:
    """What somebody hands over before their account can be erased."""

    led: tuple[Led, ...]
    followed: int
    reviews: int
    is_last_administrator: bool

    def __bool__(self) -> bool:
        return bool(self.led or self.followed or self.reviews or self.is_last_administrator)


def _never_submitted() -> QuerySet[Diagnostic]:
    """Return the diagnostics that their lead may delete (:attr:`diagnostics.domain.permissions.Access.can_delete`)."""
    drafts = Diagnostic.objects.filter(state=State.DRAFT.value)
    return drafts.exclude(Exists(Version.objects.filter(diagnostic=OuterRef("pk"))))


def what_holds_back(user: User) -> HeldBack:
    """Tell what a person hands over before their account is erased (five queries at most)."""
    own = Membership.objects.filter(user=user, role=MembershipRole.LEAD.value)
    led = (
        Structure.objects.filter(pk__in=own.values("structure"))
        .annotate(
            people=Count("memberships", distinct=True),
            number=Count("diagnostics", filter=Q(diagnostics__deleted_at=None), distinct=True),
        )
        .order_by("name", "pk")
        .prefetch_related(Prefetch("diagnostics", _never_submitted(), to_attr="drafts"))
    )
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    return HeldBack(
        led=tuple(Led(one, one.people - 1, one.number, tuple(one.drafts)) for one in led),
        followed=Structure.objects.filter(facilitator=user).count(),
        reviews=Review.objects.filter(
            taken_by=user, closed_at=None, diagnostic__deleted_at=None
        ).count(),
        is_last_administrator=user.is_superuser and not administrators.exclude(pk=user.pk).exists(),
    )
