"""Every address of the application, with what each kind of person gets by GET and by POST.

``LOGIN`` is a redirect to the sign-in page, any other 302 leads elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.coherence import find_coherence
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import (
    Answer,
    AnswerRevision,
    Invitation,
    Message,
    OpenSession,
    Remark,
    Thread,
)
from diagnostics.notifications.leaving import Optional, leave_token
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.coherence import acknowledge_finding
from diagnostics.services.team import invitation_token
from tests.inviting import invite_member
from tests.pages import page_of, step_data
from tests.scene import BASE_URL, IN_SPITE, REASON, ROLES, Scene, identity
from tests.talking import say

LOGIN = "login"
# Addresses of others, known by the start of their path.
DECLARED_PREFIXES = ("accounts/", "administration/")


@dataclass(frozen=True, kw_only=True)
class Statuses:
    """What each kind of person of ``tests.scene`` gets."""

    anonymous: int | str
    stranger: int
    reader: int
    contributor: int
    lead: int
    facilitator: int
    staff: int


def everybody(status: int) -> Statuses:
    return Statuses(**dict.fromkeys(ROLES, status))


def signed_in(status: int) -> Statuses:
    """What whoever is signed in gets."""
    return replace(everybody(status), anonymous=LOGIN)


def members(*, reader: int, contributor: int, lead: int, facilitator: int) -> Statuses:
    """What members and facilitators get; strangers and staff learn nothing."""
    return Statuses(
        anonymous=LOGIN,
        stranger=404,
        reader=reader,
        contributor=contributor,
        lead=lead,
        facilitator=facilitator,
        staff=404,
    )


EVERYBODY_200 = everybody(200)
NOT_ALLOWED = signed_in(405)
# The address of a form, opened: it leads to the form's page (tests/integration/test_leading_back.py).
LED_BACK = signed_in(302)
PUBLIC_NOT_ALLOWED = everybody(405)


@dataclass(frozen=True)
class Route:
    """An address: its name, its arguments, what GET and POST answer, in which state."""

    name: str
    get: Statuses
    post: Statuses
    arguments: Callable[[Scene], list[Any]] = lambda scene: []
    data: Callable[[Scene, str], dict[str, Any]] = lambda scene, address: {}
    state: State = State.DRAFT
    # What a person who may see it reads there.
    shows: str = ""

    def address(self, scene: Scene) -> str:
        return reverse(self.name, args=self.arguments(scene))

    def expected(self, method: str) -> dict[str, Any]:
        return asdict(getattr(self, method))


def _structure(scene: Scene) -> list[Any]:
    return [scene.structure.pk]


def _diagnostic(scene: Scene) -> list[Any]:
    return [scene.diagnostic.pk]


def _contributor(scene: Scene) -> list[Any]:
    return [scene.structure.pk, scene.membership("contributor").pk]


def open_invitation(scene: Scene) -> Invitation:
    """An invitation to join the structure that nobody has accepted yet."""
    found = scene.structure.invitations.first()
    return found or invite_member(
        scene.structure,
        email="invitee@exemple.example",
        role=MembershipRole.READER,
        user=scene.lead,
        base_url=BASE_URL,
    )


def _pending_request(scene: Scene) -> Thread:
    """What facilitators ask at a step, and the structure has not addressed."""
    asked = {"audience": "facilitation", "kind": "request", "state": "pending", "step": "vision"}
    threads = scene.diagnostic.threads.filter(**asked)
    return threads.first() or Thread.objects.create(
        diagnostic=scene.diagnostic, opened_by=scene.facilitator, **asked
    )


def _remark(scene: Scene) -> Remark:
    """A remark of the facilitator."""
    found = Remark.objects.filter(author=scene.facilitator).first()
    return found or Remark.objects.create(author=scene.facilitator, text=REASON)


def _message(scene: Scene) -> Message:
    """What the lead said to the facilitation."""
    found = Message.objects.filter(thread__diagnostic=scene.diagnostic).first()
    return found or say(scene, step=None).messages.get()


def _thread(scene: Scene) -> list[Any]:
    return [scene.diagnostic.pk, _message(scene).thread_id]


def _session_of_the_lead(scene: Scene) -> OpenSession:
    """A session of the lead in another browser."""
    scene.client("lead")
    return OpenSession.objects.filter(user=scene.lead).latest("pk")


def _unchanged_frame(scene: Scene, address: str) -> dict[str, Any]:
    """What the frame's form sends when nothing is changed in it."""
    forms = page_of(scene.client("lead").get(address)).forms
    return next(form.data for form in forms if "title" in form.data)


def first_point(scene: Scene) -> dict[str, str]:
    """What names the first point to discuss."""
    finding = find_coherence(load_diagnostic_document(scene.diagnostic))[0]
    return {"finding": finding.fingerprint, "step": ""}


def _choice(scene: Scene) -> dict[str, str]:
    """What names a choice made on purpose."""
    finding = find_coherence(load_diagnostic_document(scene.diagnostic))[0]
    named = {"rule": finding.rule, "rows": finding.rows}
    acknowledge_finding(scene.diagnostic, **named, reason=REASON, user=scene.lead)
    return first_point(scene)


def _replaced_vision(scene: Scene, address: str) -> dict[str, str]:
    """A revision to put back: what the step said before it was changed once more."""
    row = Answer.objects.get(diagnostic=scene.diagnostic, step="vision")
    AnswerRevision.objects.get_or_create(
        answer=row,
        revision=0,
        defaults={
            "value": {"statements": [{"id": "v1", "text": "Ce que nous disions avant"}]},
            "author": scene.lead,
            "written_at": timezone.now(),
        },
    )
    return {"revision": "0", "base_revision": str(row.revision)}


MEMBERS = ("reader", "contributor", "lead", "facilitator")
VIEWERS = members(reader=200, contributor=200, lead=200, facilitator=200)
LEAD_200 = members(reader=403, contributor=403, lead=200, facilitator=403)
LEAD_ASKED = members(reader=403, contributor=403, lead=200, facilitator=403)
REVIEWER_ASKED = members(reader=403, contributor=403, lead=403, facilitator=200)
LEAD_302 = members(reader=403, contributor=403, lead=302, facilitator=403)
REVIEWER_302 = members(reader=403, contributor=403, lead=403, facilitator=302)

# What facilitators do from their list.
PORTFOLIO_ACTIONS = {
    "portfolio_assign": 302,
    "portfolio_cohort_add": 302,
    "portfolio_cohort_remove": 302,
    "portfolio_letter": 200,
    "portfolio_letter_send": 200,  # with nothing written, the page again
}


def chosen(scene: Scene, address: str) -> dict[str, Any]:
    """What the list sends of the scene's structure."""
    return {
        "structure": [str(scene.structure.pk)],
        "back": "vue=toutes",
        "facilitator": "none",
        "name": "Promotion",
    }


ROUTES = [
    Route("start", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("about", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("sample_report", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("legal_notice", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("personal_data", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("accessibility", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route(
        "account",
        signed_in(200),
        signed_in(302),
        data=lambda scene, address: {"name": "Nouveau nom"},
    ),
    Route(
        "account_mails",
        LED_BACK,
        signed_in(302),
        data=lambda scene, address: {"comments": "daily", "reminders": "on"},
    ),
    Route("my_data", signed_in(200), NOT_ALLOWED),
    Route("my_data_json", signed_in(200), NOT_ALLOWED),
    # Who leads a structure hands it over first, as the last administrator; any other types their password.
    Route(
        "account_erase",
        signed_in(200),
        replace(signed_in(422), stranger=409, lead=409, staff=409),
        data=lambda scene, address: {"password": "un autre"},
    ),
    Route(
        "account_session_end",
        LED_BACK,
        replace(signed_in(404), lead=302),
        lambda scene: [_session_of_the_lead(scene).pk],
    ),
    Route("account_sessions_end", LED_BACK, signed_in(302)),
    # The signed link of a mail, which whoever received it follows without signing in.
    Route(
        "mails_leave",
        EVERYBODY_200,
        EVERYBODY_200,
        lambda scene: [leave_token(scene.lead, Optional.COMMENTS)],
    ),
    Route("health", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route(
        "structure_create",
        signed_in(200),
        signed_in(302),
        # Who facilitates invites its lead.
        data=lambda scene, address: {
            **identity("Nouvelle"),
            "legal_form": "association",
            "lead_address": "referente@nouvelle.example",
        },
    ),
    Route("structure_detail", VIEWERS, NOT_ALLOWED, _structure, shows="Confidence"),
    Route(
        "structure_edit",
        LEAD_200,
        LEAD_302,
        _structure,
        data=lambda scene, address: identity("Renommée") | {"legal_form": "association"},
    ),
    # It has a diagnostic: asked for all the same, it says so.
    Route(
        "structure_delete",
        LEAD_200,
        members(reader=403, contributor=403, lead=409, facilitator=403),
        _structure,
        shows="Une structure se supprime quand elle n’a aucun diagnostic",
    ),
    Route("structure_journal", LEAD_200, NOT_ALLOWED, _structure, shows="Ambition très réservée"),
    Route("structure_team", VIEWERS, NOT_ALLOWED, _structure, shows="Carl Contributor"),
    Route(
        "invitation_create",
        LEAD_302,
        LEAD_302,
        _structure,
        data=lambda scene, address: {"addresses": "nouvelle@exemple.example", "role": "reader"},
    ),
    Route(
        "invitation_cancel",
        LED_BACK,
        LEAD_302,
        lambda scene: [scene.structure.pk, open_invitation(scene).pk],
    ),
    # It has just left: nothing is sent, the page says so.
    Route(
        "invitation_resend",
        LED_BACK,
        LEAD_302,
        lambda scene: [scene.structure.pk, open_invitation(scene).pk],
    ),
    Route(
        "member_role",
        LEAD_200,
        LEAD_302,
        _contributor,
        data=lambda scene, address: {"role": "reader"},
    ),
    # The contributor may leave by themselves.
    Route(
        "member_remove",
        members(reader=403, contributor=200, lead=200, facilitator=403),
        members(reader=403, contributor=302, lead=302, facilitator=403),
        _contributor,
    ),
    Route(
        "diagnostic_create",
        LEAD_200,
        LEAD_302,
        _structure,
        data=lambda scene, address: {"base_year": "2027", "horizon_years": "3"},
    ),
    # The link of an invitation says who invites; only its address can accept it. It leads a member to
    # their structure.
    Route(
        "invitation_accept",
        replace(everybody(200), reader=302, contributor=302, lead=302),
        replace(everybody(200), reader=302, contributor=302, lead=302),
        lambda scene: [invitation_token(open_invitation(scene))],
    ),
    Route("diagnostic_home", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Ambition très réservée"),
    Route(
        "diagnostic_edit",
        LEAD_200,
        LEAD_302,
        _diagnostic,
        data=_unchanged_frame,
    ),
    Route(
        "report_titles",
        LEAD_200,
        LEAD_302,
        _diagnostic,
        data=lambda scene, address: {"title-ambition": "Ce que nous voulons"},
        shows="Titres des chapitres",
    ),
    Route("diagnostic_delete", LEAD_200, LEAD_302, _diagnostic, shows="Ambition très réservée"),
    Route(
        "diagnostic_step",
        VIEWERS,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        lambda scene: [scene.diagnostic.pk, "vision"],
        data=lambda scene, address: step_data(scene.client("lead"), address),
        shows="Énoncé que nul autre ne lit",
    ),
    Route("journal", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Ambition très réservée"),
    Route(
        "conversation",
        VIEWERS,
        NOT_ALLOWED,
        lambda scene: _thread(scene)[:1],
        shows="Parlons-en ensemble",
    ),
    Route("conversation_thread", members(**dict.fromkeys(MEMBERS, 302)), NOT_ALLOWED, _thread),
    Route(
        "conversation_open",
        LED_BACK,
        members(**dict.fromkeys(MEMBERS, 302)),
        _diagnostic,
        data=lambda scene, address: {"sort": "facilitation", "text": REASON},
    ),
    Route(
        "conversation_act",
        LED_BACK,
        members(reader=403, contributor=302, lead=302, facilitator=302),
        lambda scene: [*_thread(scene), "resoudre"],
    ),
    # One's own messages.
    Route(
        "conversation_edit",
        LED_BACK,
        members(reader=403, contributor=403, lead=302, facilitator=403),
        _thread,
        data=lambda scene, address: {"message_pk": str(_message(scene).pk), "text": REASON},
    ),
    Route(
        "step_history",
        VIEWERS,
        NOT_ALLOWED,
        lambda scene: [scene.diagnostic.pk, "vision"],
        shows="Énoncé que nul autre ne lit",
    ),
    Route(
        "step_restore",
        LED_BACK,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        lambda scene: [scene.diagnostic.pk, "vision"],
        data=_replaced_vision,
    ),
    Route(
        "step_paste",
        members(reader=403, contributor=200, lead=200, facilitator=403),
        members(reader=403, contributor=302, lead=302, facilitator=403),
        lambda scene: [scene.diagnostic.pk, "activities"],
        data=lambda scene, address: {"text": "Forum\nClub", "add": "1"},
    ),
    Route("step_workbook", VIEWERS, NOT_ALLOWED, lambda scene: [scene.diagnostic.pk, "vision"]),
    Route(
        "step_table",
        VIEWERS,
        NOT_ALLOWED,
        lambda scene: [scene.diagnostic.pk, "vision"],
        shows="Énoncé que nul autre ne lit",
    ),
    Route(
        "step_paste_undo",
        LED_BACK,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        lambda scene: [scene.diagnostic.pk, "vision"],
        data=lambda scene, address: {"revision": "1"},
    ),
    Route(
        "positioning_preview",
        LED_BACK,
        VIEWERS,
        _diagnostic,
        data=lambda scene, address: {
            "positioning-rows-TOTAL_FORMS": "0",
            "positioning-rows-INITIAL_FORMS": "0",
        },
    ),
    Route(
        "scenarios_preview",
        NOT_ALLOWED,
        VIEWERS,
        _diagnostic,
        data=lambda scene, address: {
            "economic_model-levers-TOTAL_FORMS": "0",
            "economic_model-levers-INITIAL_FORMS": "0",
        },
        shows="Plan A",
    ),
    Route("thread", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Petit-déjeuner"),
    Route(
        "thread_link",
        LED_BACK,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        _diagnostic,
        data=lambda scene, address: {
            "gap": "activity-scale:a1",
            "base_revision": "0",
            "scale": "region",
        },
    ),
    Route("diagnostic_compare", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Ambition très réservée"),
    # It follows no other one: asked for all the same, it says so.
    Route(
        "left_out_reasons",
        LED_BACK,
        members(reader=403, contributor=409, lead=409, facilitator=403),
        _diagnostic,
        shows="n’en suit aucun",
    ),
    Route("diagnostic_check", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Énoncé que nul autre"),
    Route("coherence", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Confidence"),
    Route(
        "finding_acknowledge",
        LED_BACK,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        _diagnostic,
        data=lambda scene, address: first_point(scene) | {"reason": REASON},
    ),
    Route(
        "finding_judge",
        NOT_ALLOWED,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        _diagnostic,
        data=lambda scene, address: first_point(scene) | {"verdict": "useful"},
    ),
    Route(
        "finding_reopen",
        LED_BACK,
        members(reader=403, contributor=302, lead=302, facilitator=403),
        _diagnostic,
        data=lambda scene, address: _choice(scene),
    ),
    Route(
        "diagnostic_submit",
        LEAD_ASKED,
        LEAD_302,
        _diagnostic,
        data=lambda scene, address: {"confirm": "on"},
    ),
    Route("diagnostic_withdraw", LEAD_ASKED, LEAD_302, _diagnostic, state=State.SUBMITTED),
    Route(
        "diagnostic_request_changes",
        REVIEWER_ASKED,
        REVIEWER_302,
        _diagnostic,
        data=lambda scene, address: {"reason": REASON},
        state=State.SUBMITTED,
    ),
    Route(
        "diagnostic_validate",
        members(reader=403, contributor=403, lead=403, facilitator=200),
        REVIEWER_302,
        _diagnostic,
        data=lambda scene, address: {"in_spite": IN_SPITE},
        state=State.SUBMITTED,
    ),
    Route(
        "review_save",
        LED_BACK,
        REVIEWER_302,
        _diagnostic,
        data=lambda scene, address: {"review-revision": "0", "review-opinion": REASON},
        state=State.SUBMITTED,
    ),
    Route(
        "review_read",
        LED_BACK,
        REVIEWER_302,
        _diagnostic,
        data=lambda scene, address: {"version": "1"},
        state=State.SUBMITTED,
    ),
    Route("review_take", LED_BACK, REVIEWER_302, _diagnostic, state=State.SUBMITTED),
    Route("review_release", LED_BACK, REVIEWER_302, _diagnostic, state=State.SUBMITTED),
    Route(
        "review_hand_over",
        members(reader=403, contributor=403, lead=403, facilitator=200),
        REVIEWER_302,
        _diagnostic,
        data=lambda scene, address: {"to": str(scene.facilitator.pk)},
        state=State.SUBMITTED,
    ),
    Route(
        "step_reviewed",
        LED_BACK,
        REVIEWER_302,
        lambda scene: [scene.diagnostic.pk, "vision"],
        state=State.SUBMITTED,
    ),
    Route(
        "step_request",
        LED_BACK,
        REVIEWER_302,
        lambda scene: [scene.diagnostic.pk, "vision"],
        data=lambda scene, address: {"text": REASON},
        state=State.SUBMITTED,
    ),
    Route(
        "request_settle",
        LED_BACK,
        REVIEWER_302,
        lambda scene: [scene.diagnostic.pk, _pending_request(scene).pk],
        data=lambda scene, address: {"deed": "retirer"},
        state=State.SUBMITTED,
    ),
    Route(
        "diagnostic_reopen",
        members(reader=403, contributor=403, lead=200, facilitator=200),
        members(reader=403, contributor=403, lead=302, facilitator=302),
        _diagnostic,
        data=lambda scene, address: {"reason": REASON},
        state=State.ADOPTED,
    ),
    Route(
        "diagnostic_adopt",
        LEAD_ASKED,
        LEAD_302,
        _diagnostic,
        data=lambda scene, address: {"date": "2026-09-17"},
        state=State.VALIDATED,
    ),
    Route("report", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Énoncé que nul autre ne lit"),
    Route("report_pdf", VIEWERS, NOT_ALLOWED, _diagnostic),
    Route("report_synthesis_pdf", VIEWERS, NOT_ALLOWED, _diagnostic),
    Route("kit_pdf", signed_in(200), NOT_ALLOWED),
    Route("report_docx", VIEWERS, NOT_ALLOWED, _diagnostic),
    Route("document_json", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Énoncé que nul autre ne lit"),
    Route("portfolio", replace(signed_in(403), facilitator=200), NOT_ALLOWED, shows="Confidence"),
    Route("questions", replace(signed_in(403), facilitator=200), NOT_ALLOWED, shows="R14"),
    Route(
        "question",
        replace(signed_in(403), facilitator=200),
        replace(signed_in(403), facilitator=200),  # it counts first
        lambda scene: ["R14"],
        data=lambda scene, address: {"trial": "on", "count": "1"},
    ),
    Route("lead_invitations", replace(signed_in(403), facilitator=200), NOT_ALLOWED),
    Route("review_next", replace(signed_in(403), facilitator=302), NOT_ALLOWED),
    Route(
        "remarks",
        replace(signed_in(403), facilitator=200),
        replace(signed_in(403), facilitator=302),
        data=lambda scene, address: {"text": REASON},
    ),
    Route(
        "remark_change",
        replace(signed_in(403), facilitator=200),
        replace(signed_in(403), facilitator=302),
        lambda scene: [_remark(scene).pk],
        data=lambda scene, address: {"text": REASON},
    ),
    Route(
        "remark_delete",
        replace(signed_in(403), facilitator=200),
        replace(signed_in(403), facilitator=302),
        lambda scene: [_remark(scene).pk],
    ),
    Route("absence", LED_BACK, replace(signed_in(403), facilitator=302)),
    Route(
        "structure_facilitator",
        members(reader=403, contributor=403, lead=403, facilitator=200),
        members(reader=403, contributor=403, lead=403, facilitator=302),
        _structure,
    ),
    # A structure with a lead manages its invitations itself (tests/integration/test_first_lead.py).
    Route(
        "lead_invite",
        members(reader=403, contributor=403, lead=403, facilitator=409),
        members(reader=403, contributor=403, lead=403, facilitator=409),
        _structure,
        data=lambda scene, address: {"lead_address": "alix@exemple.example"},
    ),
    *(
        Route(name, LED_BACK, replace(signed_in(403), facilitator=status), data=chosen)
        for name, status in PORTFOLIO_ACTIONS.items()
    ),
]
