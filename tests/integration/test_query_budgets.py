"""Pages cost the same whatever there is in the database, and stay within their budget.

A page of the wizard has 12 queries on GET and 18 on a save; the home and the check page 15; the
portfolio 10. Each page has one number, asserted with little and with a lot in the database; every
statement counts, the session's, the person's and the savepoints included.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.conversation import Audience
from diagnostics.domain.document import load_answer
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.models import (
    Acknowledgement,
    Answer,
    AnswerRevision,
    Diagnostic,
    Event,
    KeptText,
    Membership,
    Message,
    Remark,
    Structure,
    Thread,
    Version,
)
from diagnostics.queries import load_diagnostic_document
from diagnostics.queries.portfolio import PAGE_SIZE
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.next_diagnostic import open_next_diagnostic
from diagnostics.services.workflow import request_changes, submit_diagnostic, validate_diagnostic
from tests.factories import MembershipFactory, UserFactory
from tests.pages import step_data
from tests.scene import (
    BASE_URL,
    IN_SPITE,
    REASON,
    Scene,
    demo_document,
    make_scene,
)
from tests.talking import ask, do, say

pytestmark = pytest.mark.django_db

WIZARD_GET, WIZARD_SAVE, PAGE, PORTFOLIO = 12, 18, 15, 10
STEP_BYTES = 100_000
# One number per page: what it costs today. A change here is a decision.
STEP_GET = 7  # one more when somebody else saved the step last; one of them for its threads
STEP_SAVE = 13
STEP_AUTOSAVE = 15  # with who else is there, and what waits at the steps, which the rail tells
NEWS_ASKED = 8
TEXT_KEPT = 26
# More for a facilitator: the version that she read, the requests, then the review, its steps and the
# remarks, or the review that waits next: three, as the start page finds what there is to do.
REVIEWED = {"diagnostic_check": {State.DRAFT: 4, State.SUBMITTED: 5, State.CHANGES_REQUESTED: 5}}
VALIDATE_GET = 9
REMARKS_GET, FIRST_LEADS_GET = 3, 5
# Several structures cost what one does: who follows them changes, is journalled and told; a letter.
ASSIGNED, LETTER_SHOWN = 12, 4
FOLLOWED_BY_GET, LEAD_INVITED_GET = 6, 5
QUESTIONS_GET, QUESTION_GET, EFFECT_COUNTED = 6, 8, 12
HOME_AND_CHECK = {"diagnostic_home": 7, "diagnostic_check": 7}
PORTFOLIO_GET = 7
PORTFOLIO_FILTERED = 9  # what is found is counted, the view is kept
REPORT_GET = {
    # One of them journals what is downloaded. In an open state the answers are read to know what the PDF depends on; a version's are not.
    State.DRAFT: {
        "report_pdf": 7,
        "report": 6,
        "report_synthesis_pdf": 7,
        "report_docx": 7,
        "document_json": 6,
    },
    State.SUBMITTED: {
        "report": 6,
        "report_pdf": 6,
        "report_synthesis_pdf": 6,
        "report_docx": 6,
        "document_json": 6,
    },
}
# A query for each table of the file, one for the journal.
MY_DATA_GET = {"my_data": 2, "account_erase": 5, "my_data_json": 35}
KIT_PRINTED, KIT_KEPT = 11, 4
# The session and the person; the structure, the right; how many events, and they.
STRUCTURE_JOURNAL_GET = 6
TITLES_GET, TITLES_WRITTEN = 5, 10
# The page of each transition, in the state in which it asks.
TRANSITION_GET = {
    "diagnostic_submit": (State.DRAFT, "lead", 8),
    "diagnostic_withdraw": (State.SUBMITTED, "lead", 3),
    "diagnostic_request_changes": (State.SUBMITTED, "facilitator", 3),
    "diagnostic_adopt": (State.VALIDATED, "lead", 7),
    "diagnostic_reopen": (State.VALIDATED, "lead", 3),
}
THREAD_GET = 5
CONVERSATION_GET, MESSAGE_SENT = 9, 20  # seven of them so that it is sent once
THREAD_LINK = 14
HISTORY_GET = 9  # one of them for what waits at the steps, which the rail tells
# With a version; with the diagnostic that it follows, and the team's reasons; opening the next one.
COMPARED_WITH_VERSION, COMPARED_WITH_PREVIOUS, NEXT_OPENED = 8, 11, 5
START_GET = 8  # one of them for what there is to do; a facilitator’s has three more
PASTE_SHOWN, PASTE_STORED, PASTE_UNDONE = 7, 20, 20  # seven of them so that it is stored once
# A number that grows with the rows shows with a second page of the portfolio as with a thousand rows.
OTHERS = PAGE_SIZE + 5
# With little in the database; with much, every step is asked for.
SOME_STEPS = (StepKey.VISION, StepKey.ACTIVITIES, StepKey.OBJECTIVES, StepKey.BOARD_DECISIONS)
MANY_ROWS = 12
REPEATED = ("statements", "rows", "levers", "decisions", "calendar")


def of_six_rows(step: StepKey) -> dict:
    """The answer of the demo to a step, less what goes beyond six rows."""
    answer = demo_document("sorelle").answers.get(step)
    values = answer.model_dump(mode="json", exclude={"board_question", "mark"})
    return {k: v[:6] if k in REPEATED else v for k, v in values.items()}


def repeat_rows(values: dict) -> dict:
    """The same answer with more rows, each with an id of its own."""
    grown = dict(values)
    for name in set(REPEATED) & set(values):
        rows = values[name]
        if not rows or "id" not in rows[0]:
            continue
        count = 6 if name == "statements" else MANY_ROWS
        prefix = rows[0]["id"][0]
        grown[name] = [
            {**rows[i % len(rows)], "id": f"{prefix}n{i}" if i >= len(rows) else rows[i]["id"]}
            for i in range(max(count, len(rows)))
        ]
    return grown


@pytest.fixture(scope="module", params=[False, True], ids=["little", "much"])
def made(request, django_db_setup, django_db_blocker) -> Iterator[tuple[Scene, bool]]:
    """Make the scene once for all the tests: each plays in a savepoint of its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make(much=request.param), request.param
        transaction.set_rollback(True)


@pytest.fixture
def scene(db, made: tuple[Scene, bool]) -> Scene:
    """The scene as it was made: what another test changed of its diagnostic is read anew."""
    scene, _much = made
    scene.diagnostic = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    return scene


@pytest.fixture
def much(made: tuple[Scene, bool]) -> bool:
    return made[1]


def make(*, much: bool) -> Scene:
    """A diagnostic answered in every step, alone or among many others with a long past."""
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    scene.store_demo("sorelle")
    refresh_indicators(scene.diagnostic)
    if much:
        crowd(scene)
    scene.client("lead").get(step_address(scene, StepKey.VISION))  # a process reads the kit once
    return scene


def crowd(scene: Scene) -> None:
    """Grow everything that a page could be tempted to walk through row by row."""
    now = timezone.now()
    for answer in Answer.objects.filter(diagnostic=scene.diagnostic):
        answer.value = repeat_rows(answer.value)
        load_answer(StepKey(answer.step), answer.shape_value())
        answer.updated_by = scene.contributor
        answer.save()
        AnswerRevision.objects.create(
            answer=answer, revision=99, value={}, author=scene.lead, written_at=now
        )
    talk_everywhere(scene)
    people = UserFactory.create_batch(12)
    for person in people:
        MembershipFactory(structure=scene.structure, user=person, role="reader")
    KeptText.objects.bulk_create(
        KeptText(diagnostic=scene.diagnostic, step=step.value, user=person)
        for person in people
        for step in StepKey
    )
    asked = {"audience": "facilitation", "kind": "request", "opened_by": scene.facilitator}
    content = load_diagnostic_document(scene.diagnostic).as_json()
    for number in range(20, 25):
        thread = Thread.objects.create(diagnostic=scene.diagnostic, state="accepted", **asked)
        Message.objects.create(thread=thread, author=scene.facilitator, text="Ancienne")
        Version.objects.create(
            diagnostic=scene.diagnostic,
            number=number,
            content=content,
            sha256="0" * 64,
            submitted_by=scene.lead,
        )
        Event.objects.create(
            structure=scene.structure,
            diagnostic=scene.diagnostic,
            actor=scene.lead,
            kind=EventKind.SUBMITTED.value,
        )
    with lines_written_last():
        many_others(scene)
    Diagnostic.objects.bulk_create(
        Diagnostic(
            structure=scene.structure,
            kit=scene.diagnostic.kit,
            title=f"Ancien {i}",
            base_year=2000 + i,
            created_by=scene.lead,
        )
        for i in range(10)
    )


def talk_everywhere(scene: Scene) -> None:
    """A thread of each audience on the whole and on each step, with four messages."""
    for audience in Audience:
        opened = say(scene, audience, step=None)
        do(scene, opened, "repondre", user=opened.opened_by, text="Encore")
        threads = Thread.objects.bulk_create(
            Thread(
                diagnostic=scene.diagnostic,
                step=step.value,
                audience=audience.value,
                kind="comment",
                state="open",
                opened_by=opened.opened_by,
            )
            for step in StepKey
        )
        Message.objects.bulk_create(
            Message(thread=thread, author=thread.opened_by, text="Encore")
            for thread in threads
            for _ in range(4)
        )
    do(scene, opened, "resoudre", user=opened.opened_by)


def many_others(scene: Scene) -> None:
    """Other structures, for more than a page, with a team and a diagnostic."""
    structures = Structure.objects.bulk_create(
        Structure(name=f"Autre {i}", territory="Ailleurs", facilitator=scene.facilitator)
        for i in range(OTHERS)
    )
    Membership.objects.bulk_create(
        Membership(structure=structure, user=scene.stranger, role="reader")
        for structure in structures
    )
    Diagnostic.objects.bulk_create(
        Diagnostic(
            structure=structure,
            kit=scene.diagnostic.kit,
            title="Autre",
            base_year=2026,
            created_by=scene.stranger,
            indicators=scene.diagnostic.indicators,
        )
        for structure in structures
    )


@contextlib.contextmanager
def lines_written_last() -> Iterator[None]:
    """Write the portfolio's lines of all at once, rather than after each statement. A role that may
    not put triggers off has them as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if not cursor.fetchone()[0]:
            yield
            return
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SELECT portfolio_refresh(array_agg(id)) FROM diagnostics_structure")


def step_address(scene: Scene, step: StepKey) -> str:
    return reverse("diagnostic_step", args=[scene.diagnostic.pk, step])


# --- The wizard ----------------------------------------------------------------------------------------


def test_a_step(scene, django_assert_num_queries, much):
    # Who fills in has the form of each step, who reads its text; their colleagues have the same pages.
    # Few rows show that a step costs no more with many: a step of each kind of rows is enough.
    for role, steps in {
        "lead": StepKey if much else SOME_STEPS,
        "reader": StepKey if much else SOME_STEPS,
        "contributor": (StepKey.VISION, StepKey.ACTIVITIES),
        "facilitator": (StepKey.VISION, StepKey.ACTIVITIES),
    }.items():
        client = scene.client(role)
        for step in steps:
            author = role == ("contributor" if much else "lead")
            with django_assert_num_queries(STEP_GET + (not author)) as captured:
                assert client.get(step_address(scene, step)).status_code == 200
    assert len(captured) <= WIZARD_GET


def test_a_save_an_autosave_and_a_question_for_news(scene, django_assert_num_queries, much):
    """The dearest save: another author's answer is replaced, so that its revision is kept."""
    client = scene.client("lead" if much else "contributor")
    for step in StepKey if much else SOME_STEPS:
        address = step_address(scene, step)
        data = step_data(client, address)
        autosave = {"autosave": ["1"]}
        with django_assert_num_queries(NEWS_ASKED):
            news = client.post(address, data | autosave | {"unchanged": ["1"]})
        assert news.status_code == 200
        data[f"{step}-board_question"] = ["Une question de plus pour le conseil ?"]
        with transaction.atomic():
            with django_assert_num_queries(STEP_AUTOSAVE) as captured:
                assert client.post(address, data | autosave).json()["revision"] == 2
            assert len(captured) <= WIZARD_SAVE
            transaction.set_rollback(True)
        with django_assert_num_queries(STEP_SAVE) as captured:
            response = client.post(address, data)
        assert response.status_code == 302
        assert len(captured) <= WIZARD_SAVE
        answer = scene.diagnostic.answers.get(step=step.value)
        assert answer.board_question == "Une question de plus pour le conseil ?"
        assert answer.revisions.count() == (2 if much else 1)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"objectives-rows-0-deadline_year": ["l’an prochain"]}, 302),
        ({"objectives-rows-0-deadline_year": ["l’an prochain"], "autosave": ["1"]}, 200),
        (
            {"base_revision": ["0"], "objectives-rows-0-statement": ["Changé"], "autosave": ["1"]},
            200,
        ),
    ],
    ids=["malformed", "malformed, as one types", "late, as one types"],
)
def test_what_is_kept_aside(scene, django_assert_max_num_queries, changes, status, much):
    """What is kept may cost more than a save."""
    client = scene.client("lead")
    address = step_address(scene, StepKey.OBJECTIVES)
    data = step_data(client, address) | changes
    with django_assert_max_num_queries(TEXT_KEPT):
        assert client.post(address, data).status_code == status
    assert scene.diagnostic.kept_texts.filter(user=scene.lead).count() == 1


# --- The other pages -------------------------------------------------------------------------------------


def test_home_and_check_page(scene, django_assert_num_queries, much):
    for state, roles in {
        State.DRAFT: ("lead", "reader", "facilitator"),
        State.SUBMITTED: ("lead", "facilitator"),
        State.CHANGES_REQUESTED: ("lead", "facilitator"),
    }.items():
        if state is State.SUBMITTED:
            submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
        elif state is State.CHANGES_REQUESTED:
            reviewer = {"user": scene.facilitator, "base_url": BASE_URL}
            request_changes(scene.diagnostic, reason=REASON, **reviewer)
        for role in roles:
            client = scene.client(role)
            for name, number in HOME_AND_CHECK.items():
                # Those who fill in also read what is kept for them.
                kept = role == "lead"
                expected = number + (kept and state is not State.SUBMITTED)
                if role == "facilitator":
                    expected += REVIEWED.get(name, {}).get(state, 0)
                    # The crowd has versions before anything is submitted.
                    expected += much and name == "diagnostic_check" and state is State.DRAFT
                if name == "diagnostic_check" and state is not State.SUBMITTED:
                    # Its report is printed ahead: one looks whether it is, three more ask for it.
                    expected += 1 + 3 * (state is State.DRAFT and role == "lead")
                with django_assert_num_queries(expected) as captured:
                    assert client.get(reverse(name, args=[scene.diagnostic.pk])).status_code == 200
                assert len(captured) <= PAGE


def test_what_facilitators_ask(scene, django_assert_num_queries, much):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    remarks = 100 if much else 1
    Remark.objects.bulk_create(
        Remark(author=scene.facilitator, text=f"Remarque {i}") for i in range(remarks)
    )
    Structure.objects.create(name="Sans référent·e", territory="Ailleurs")
    client = scene.client("facilitator")
    for name, number in {
        "diagnostic_validate": VALIDATE_GET,
        "remarks": REMARKS_GET,
        "lead_invitations": FIRST_LEADS_GET,
        "questions": QUESTIONS_GET,
    }.items():
        arguments = [scene.diagnostic.pk] if name == "diagnostic_validate" else []
        with django_assert_num_queries(number) as captured:
            assert client.get(reverse(name, args=arguments)).status_code == 200
        assert len(captured) <= PORTFOLIO


def test_what_facilitators_do_with_structures(scene, django_assert_num_queries, much):
    chosen = [str(pk) for pk in Structure.objects.values_list("pk", flat=True)]
    chosen = chosen[: PAGE_SIZE if much else 1]
    client, colleague = scene.client("facilitator"), UserFactory(facilitator=True)
    data = {"structure": chosen, "facilitator": str(colleague.pk)}
    with django_assert_num_queries(ASSIGNED):
        assert client.post(reverse("portfolio_assign"), data).status_code == 302
    assert colleague.followed_structures.count() == len(chosen)
    with django_assert_num_queries(LETTER_SHOWN):
        assert client.post(reverse("portfolio_letter"), data).status_code == 200
    without_lead = Structure.objects.create(name="Sans référent·e", territory="Ailleurs")
    for name, number, structure in (
        ("structure_facilitator", FOLLOWED_BY_GET, scene.structure),
        ("lead_invite", LEAD_INVITED_GET, without_lead),
    ):
        with django_assert_num_queries(number):
            assert client.get(reverse(name, args=[structure.pk])).status_code == 200


def test_a_question_and_the_effect_of_a_change(scene, django_assert_num_queries, much):
    Acknowledgement.objects.bulk_create(
        Acknowledgement(
            diagnostic=scene.diagnostic,
            rule="R14",
            rows=[f"x{number}"],
            verdict="not_for_us",
            reason=REASON,
            made_by=scene.lead,
        )
        for number in range(120 if much else 1)
    )
    address, client = reverse("question", args=["R14"]), scene.client("facilitator")
    with django_assert_num_queries(QUESTION_GET) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= PORTFOLIO
    with django_assert_num_queries(EFFECT_COUNTED):
        assert client.post(address, {"trial": "on"}).status_code == 200


def test_the_portfolio(scene, django_assert_num_queries, much):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    client = scene.client("facilitator")
    for query, number in (
        ({}, PORTFOLIO_GET),
        ({"etat": "submitted"}, PORTFOLIO_FILTERED),
        ({"etat": "submitted", "page": "2"}, PORTFOLIO_FILTERED - 1),  # the view is kept already
        ({"q": "confidence structure", "tri": "-conseil"}, PORTFOLIO_FILTERED),
    ):
        with django_assert_num_queries(number) as captured:
            assert client.get(reverse("portfolio"), query).status_code == 200
        assert len(captured) <= PORTFOLIO


def test_the_pages_of_the_transitions(scene, django_assert_num_queries, much):
    reached = State.DRAFT
    for name, (state, role, number) in TRANSITION_GET.items():
        if state is not reached:
            bring_on(scene, state)
            reached = state
        client = scene.client(role)
        with django_assert_num_queries(number) as captured:
            assert client.get(reverse(name, args=[scene.diagnostic.pk])).status_code == 200
        assert len(captured) <= PAGE


def bring_on(scene: Scene, state: State) -> None:
    """Bring the diagnostic from the state before to this one."""
    if state is State.SUBMITTED:
        submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    else:
        validate_diagnostic(
            scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
        )


def test_the_report_and_the_document(scene, django_assert_num_queries, quick_pdf, much):
    client = scene.client("reader")
    for state, numbers in REPORT_GET.items():
        if state is State.SUBMITTED:
            submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
        for name, number in numbers.items():
            address = reverse(name, args=[scene.diagnostic.pk])
            if name.endswith(("pdf", "docx")):
                assert client.get(address).status_code == 200  # makes what is not kept
            with django_assert_num_queries(number):
                assert client.get(address).status_code == 200
    assert len(quick_pdf) == 4


def test_the_journal_of_a_structure(scene, django_assert_num_queries, much):
    client = scene.client("lead")
    with django_assert_num_queries(STRUCTURE_JOURNAL_GET):
        assert (
            client.get(reverse("structure_journal", args=[scene.structure.pk])).status_code == 200
        )


def test_what_is_held_of_a_person(scene, django_assert_num_queries, much):
    client = scene.client("contributor")
    for name, number in MY_DATA_GET.items():
        with django_assert_num_queries(number):
            assert client.get(reverse(name)).status_code == 200


def test_the_kit_as_pdf(scene, django_assert_num_queries, quick_pdf, much):
    client = scene.client("stranger")
    for number in (KIT_PRINTED, KIT_KEPT):
        with django_assert_num_queries(number):
            assert client.get(reverse("kit_pdf")).status_code == 200
    assert len(quick_pdf) == 1


def test_the_thread(scene, django_assert_num_queries, much):
    for role in ("lead", "reader", "facilitator"):
        client = scene.client(role)
        with django_assert_num_queries(THREAD_GET) as captured:
            assert client.get(reverse("thread", args=[scene.diagnostic.pk])).status_code == 200
        assert len(captured) <= PAGE
    address = reverse("step_history", args=[scene.diagnostic.pk, StepKey.VISION])
    reader = scene.client("reader")
    with django_assert_num_queries(HISTORY_GET):
        assert reader.get(address).status_code == 200
    # The dearest link: another author's answer is replaced, so that its revision is kept.
    client = scene.client("lead" if much else "contributor")
    revision = scene.diagnostic.answers.get(step="territorial_scales").revision
    data = {"gap": "activity-scale:a10", "base_revision": revision, "scale": "epci"}
    with django_assert_num_queries(THREAD_LINK) as captured:
        response = client.post(reverse("thread_link", args=[scene.diagnostic.pk]), data)
    assert response.status_code == 302
    assert len(captured) <= WIZARD_SAVE


def test_what_is_said(scene, django_assert_num_queries, much):
    thread = ask(scene)
    for role in ("lead", "reader", "facilitator"):
        client = scene.client(role)
        address = reverse("conversation", args=[scene.diagnostic.pk])
        for query in ({}, {"etat": "tous", "etape": "vision"}):
            with django_assert_num_queries(CONVERSATION_GET) as captured:
                assert client.get(address, query).status_code == 200
            assert len(captured) <= PAGE
    address = reverse("conversation_act", args=[scene.diagnostic.pk, thread.pk, "traiter"])
    data = {"text": "Voilà", "place": "etape", "once": "0" * 32}
    client = scene.client("lead")
    with django_assert_num_queries(MESSAGE_SENT):
        assert client.post(address, data).status_code == 302


def test_a_paste(scene, django_assert_num_queries, much):
    """Shown, stored, taken back: of thirty lines as of one, they cost the same."""
    client, step = scene.client("lead"), StepKey.ACTIVITIES
    text = {"text": "\n".join(f"Activité {n}" for n in range(30 if much else 2))}
    page = reverse("step_paste", args=[scene.diagnostic.pk, step.value])
    with django_assert_num_queries(PASTE_SHOWN):
        assert client.post(page, text).status_code == 200
    with django_assert_num_queries(PASTE_STORED):
        assert client.post(page, text | {"add": "1", "once": "0" * 32}).status_code == 302
    undone = reverse("step_paste_undo", args=[scene.diagnostic.pk, step.value])
    made = {"revision": scene.revision(step)}
    # One less where somebody else's answer was replaced: it is found among the first.
    with django_assert_num_queries(PASTE_UNDONE - much):
        assert client.post(undone, made).status_code == 302


def test_a_comparison_and_the_opening_of_the_next_diagnostic(
    scene, django_assert_num_queries, much
):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    former = scene.diagnostic
    years = {"title": "La suite", "base_year": 2029, "horizon_years": 3}
    following = open_next_diagnostic(former, **years, user=scene.lead)
    following.answers.filter(step="objectives").delete()  # there are reasons to write
    last = former.versions.order_by("-number").values_list("number", flat=True)[0]
    client = scene.client("lead")
    for diagnostic, avec, number in (
        (former, str(last), COMPARED_WITH_VERSION),
        (following, str(former.pk), COMPARED_WITH_PREVIOUS),
    ):
        address = reverse("diagnostic_compare", args=[diagnostic.pk])
        with django_assert_num_queries(number) as captured:
            assert client.get(address, {"avec": avec}).status_code == 200
        assert len(captured) <= PAGE
    with django_assert_num_queries(NEXT_OPENED):
        opening = reverse("diagnostic_create", args=[scene.structure.pk])
        assert client.get(opening).status_code == 200


def test_the_start_page(scene, django_assert_num_queries, much):
    for role, more in {"lead": 0, "reader": 0, "facilitator": 0}.items():
        client = scene.client(role)
        with django_assert_num_queries(START_GET + more):
            assert client.get("/").status_code == 200


# --- What is sent --------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [False], indirect=True, ids=["little"])
def test_the_page_of_a_step_of_six_rows_is_light(scene):
    for step in StepKey:
        Answer.objects.filter(diagnostic=scene.diagnostic, step=step.value).update(
            value=of_six_rows(step)
        )
    client = scene.client("lead")
    weights = {step: len(client.get(step_address(scene, step)).content) for step in StepKey}
    assert {step: weight for step, weight in weights.items() if weight >= STEP_BYTES} == {}


def test_the_titles_of_chapters(django_assert_num_queries):
    scene = Scene()
    scene.store_demo("sorelle")
    client = scene.client("lead")
    address = reverse("report_titles", args=[scene.diagnostic.pk])
    with django_assert_num_queries(TITLES_GET):
        assert client.get(address).status_code == 200
    with django_assert_num_queries(TITLES_WRITTEN):
        assert client.post(address, {"title-cost": "Ce qu’il faudra trouver"}).status_code == 302
