"""What no page can send, and what people paste: refused or stored clean, never a failure."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qsl

import pytest
from django import forms
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from diagnostics.domain.answers import ANSWER_SHAPES, Vision, VisionStatement
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import KeptText
from diagnostics.queries import get_diagnostic, load_step
from tests.posting import STEPS, URL_ENCODED, form_of
from tests.scene import Scene

pytestmark = pytest.mark.django_db

UNREADABLE = "Cette demande n’a pas pu être lue"
TOO_LARGE = "Cet envoi est trop volumineux"
WITH_ROWS = [step for step in STEPS if step is not StepKey.ORGANISATION]


@pytest.fixture
def scene() -> Scene:
    """A diagnostic with all its answers, and a text kept at the step, that could be lost."""
    scene = Scene()
    scene.store_demo()
    return scene


def text_of(response) -> str:
    return unescape(response.content.decode())


def refused(scene, step, data, words=UNREADABLE, status=400) -> None:
    before = scene.stored_rows()
    response = scene.post(step, data)
    assert (response.status_code, words in text_of(response)) == (status, True)
    assert scene.stored_rows() == before


def tables(data) -> list[str]:
    return [name.removesuffix("-TOTAL_FORMS") for name in data if name.endswith("-TOTAL_FORMS")]


def test_a_management_form_that_no_page_has_is_refused(scene):
    for step in WITH_ROWS:
        page = scene.page(step)
        KeptText.objects.create(
            diagnostic=scene.diagnostic,
            step=step.value,
            user=scene.lead,
            texts="board_question=Non",
        )
        # What is no number is read in one place: once is enough. Each table has its own cap.
        strange = ("-1", "abc", "1000", "9" * 5000) if step is StepKey.VISION else ()
        for prefix in tables(page):
            cap = {"vision-statements": 6, "board_decisions-calendar": 12}.get(prefix, 60)
            cap = 6 if step is StepKey.ACCOMPANIMENT_SCOPE else cap
            for name, values in (
                ("TOTAL_FORMS", (None, str(cap + 1), *strange)),
                ("INITIAL_FORMS", (None, "garbage", *strange[:1])),
            ):
                for value in values:
                    data = page.copy()
                    if value is None:
                        del data[f"{prefix}-{name}"]
                    else:
                        data[f"{prefix}-{name}"] = value
                    refused(scene, step, data)


def test_a_row_id_that_is_none_or_used_twice_is_refused(scene):
    for step in WITH_ROWS:
        if step is StepKey.ACCOMPANIMENT_SCOPE:  # its rows have no ids
            continue
        strange = ("x" * 500, "a\x00", "é1", "9z") if step is StepKey.VISION else ()
        page = scene.page(step)
        prefix = tables(page)[0]
        for row_id in (page[f"{prefix}-0-id"], "DROP", *strange):
            data = page.copy()
            data[f"{prefix}-1-id"] = row_id
            refused(scene, step, data)


def test_a_revision_that_no_page_has_is_refused(scene):
    page = scene.page(StepKey.VISION)
    page["vision-starting_point"] = "Texte qui ne doit pas passer"
    for revision in (None, "", "abc", "-1", "1.0", " 1", "9" * 5000, "٣", "1\x00"):
        data = page.copy()
        if revision is None:
            del data["base_revision"]
        else:
            data["base_revision"] = revision
        refused(scene, StepKey.VISION, data)


def test_a_revision_from_the_future_stores_nothing_over_the_answer(scene):
    data = scene.page(StepKey.VISION)
    data["vision-starting_point"] = "Du futur"
    data["base_revision"] = "999999999"
    before = scene.stored_rows()["answers"]

    response = scene.post(StepKey.VISION, data)

    assert response["Location"] == scene.url(StepKey.VISION)
    assert scene.stored_rows()["answers"] == before
    assert scene.kept(StepKey.VISION)["starting_point"] == ["Du futur"]


def test_a_forged_step_stores_in_the_step_of_the_address(scene):
    roles = scene.answer(StepKey.ROLES)
    data = scene.page(StepKey.VISION)
    data[f"diagnostic-{scene.diagnostic.pk}-current_step"] = "roles"
    data["vision-starting_point"] = "Ici"

    response = scene.post(StepKey.VISION, data)

    assert response["Location"] == scene.url(StepKey.ROLES)
    assert scene.answer(StepKey.VISION).starting_point == "Ici"
    assert scene.answer(StepKey.ROLES) == roles


def text_fields(scene, step) -> list[str]:
    """Return the name of every field where text is typed, rows of index 0 included."""
    loaded = load_step(get_diagnostic(scene.lead, scene.diagnostic.pk), step, user=scene.lead)
    form = form_of(loaded.form_context, step)
    parts = [form, *form.subforms.values(), *(s.forms[0] for s in form.formsets.values())]
    return [
        field.html_name
        for part in parts
        for field in part
        if isinstance(field.field, forms.CharField) and not field.is_hidden
    ]


def test_a_nul_is_an_error_of_its_field_and_other_controls_go(scene):
    for step in STEPS:
        page = scene.page(step)
        before = scene.stored_rows()["answers"]
        names = text_fields(scene, step)
        assert len(names) >= 2
        # All of them at once: each is told at its own field and kept at its own place.
        data = page.copy()
        for name in names:
            data[name] = f"{name}\x00après"
        response = scene.post(step, data)
        assert response["Location"] == scene.url(step), step
        shown = text_of(scene.browser.get(scene.url(step)))
        assert [name for name in names if f'href="#id_{name}"' not in shown] == []
        assert scene.stored_rows()["answers"] == before
        kept = [text for texts in scene.kept(step).values() for text in texts]
        assert sorted(kept) == sorted(f"{name}\x00après" for name in names)
        scene.diagnostic.kept_texts.all().delete()

        data = page.copy()
        for name in names:
            data[name] = "09/20\x0727" if name.endswith("month") else "a\x07v\x1ba\u200bnt"
        assert scene.post(step, data).status_code == 302
        value = str(scene.answer(step).model_dump(mode="json"))
        assert "avant" in value
        assert not any(ord(c) < 32 or c == "\u200b" for c in value)
        assert scene.row(step).internal_note == "avant"


def test_bytes_that_are_no_text_become_marks(scene):
    data = scene.page(StepKey.VISION)
    del data["vision-starting_point"]
    body = data.urlencode() + "&vision-starting_point=a%ED%A0%80%FFb"

    response = scene.browser.post(scene.url(StepKey.VISION), data=body, content_type=URL_ENCODED)

    assert response["Location"] == scene.url(StepKey.ROLES)
    stored = scene.answer(StepKey.VISION).starting_point
    assert (stored[0], stored[-1], set(stored[1:-1])) == ("a", "b", {"\ufffd"})


def test_too_many_fields_or_bytes_are_refused_in_french(scene):
    data = scene.page(StepKey.VISION)
    data["vision-starting_point"] = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    refused(scene, StepKey.VISION, data, TOO_LARGE, 413)

    data = scene.page(StepKey.VISION)
    for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS):
        data[f"vision-extra-{number}"] = "x"
    refused(scene, StepKey.VISION, data, TOO_LARGE, 413)


def test_a_body_that_is_no_form_is_refused(scene):
    before = scene.stored_rows()
    for body, kind in [
        ('{"vision": 1}', "application/json"),
        ("--x\r\nbroken", "multipart/form-data; boundary=x"),
        ("\x00\x01", "application/octet-stream"),
    ]:
        response = scene.browser.post(scene.url(StepKey.VISION), data=body, content_type=kind)
        assert (response.status_code, UNREADABLE in text_of(response)) == (400, True)
    assert scene.stored_rows() == before


# --- One field changed at random ------------------------------------------------------------

STRANGE = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
    st.sampled_from(
        [
            "👩‍👩‍👧‍👦" * 40,
            "\u202eאבג\u202c عربي",
            "\ufffd\ufffd",
            "1e999",
            "-0",
            "9" * 5000,
            "0," + "9" * 50,
            "NaN",
            "Infinity",
            "None",
            "null",
            "true",
            "[]",
            "{}",
            "' OR 1=1 --",
            "{{ 7*7 }}",
            "%00",
            "\x00",
            "../../etc/passwd",
            "activity:",
            "mission:",
            "activity:a1",
            "٢٠٢٧",
            "x" * 20_000,
        ]
    ),
    st.integers(-(10**30), 10**30).map(str),
)


@hypothesis_settings(
    deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.thorough
def test_one_field_changed_at_random_is_stored_valid_or_not_at_all(scene, data):
    for step in STEPS:  # each example has a field of every step
        page = scene.page(step)
        name = data.draw(st.sampled_from(sorted(page)))
        typed = data.draw(STRANGE)
        check_change(scene, step, page, name, typed)


def check_change(scene, step, page, name, typed) -> None:
    page[name] = typed
    before = scene.stored_rows()

    with transaction.atomic():
        response = scene.post(step, page)
        after = scene.stored_rows()
        stored = scene.answer(step)
        shown = scene.browser.get(scene.url(step))
        transaction.set_rollback(True)

    assert shown.status_code == 200
    assert response.status_code in {302, 400}, (name, typed)
    assert ANSWER_SHAPES[step].model_validate(stored.model_dump(mode="json")) == stored
    (kept,) = after["kept_texts"] or [None]
    if kept and name != "base_revision":
        texts = [text for _place, text in parse_qsl(kept["texts"], keep_blank_values=True)]
        # Of a box that is ticked, the browser's own word is kept.
        assert typed.replace("\r\n", "\n") in texts or name.endswith("serves_none")
    if response.status_code == 400:
        assert after == before


def test_css_and_markup_are_only_text(scene):
    evil = "</textarea><style>*{display:none}</style>{% csrf_token %}{{ settings.SECRET_KEY }}"
    scene.store(Vision(statements=[VisionStatement(id="v1", text=evil)], starting_point=evil))

    raw = scene.browser.get(scene.url(StepKey.VISION)).content.decode()

    assert "</textarea><style>" not in raw
    assert unescape(raw).count(evil) >= 2
    assert settings.SECRET_KEY not in raw
