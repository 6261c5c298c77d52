"""Pasting a list into a step: shown first, stored once, taken back whole; nothing typed is lost."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from diagnostics.domain.answers import (
    Activities,
    Activity,
    BoardDecisions,
    Row,
)
from diagnostics.domain.vocabulary import Mission, State, StepKey
from tests.pages import html_of, page_of
from tests.scene import Scene, bring_to, make_scene, objectives

pytestmark = pytest.mark.django_db
TEN = "\n".join(f"• Activité numéro {n}" for n in range(1, 11))


def address(scene: Scene, step: StepKey, name: str = "paste") -> str:
    return reverse(f"step_{name}", args=[scene.diagnostic.pk, step.value])


def shown(scene: Scene, step: StepKey, text: str, client=None, **posted: str):
    """The page that shows what a list would add."""
    response = (client or scene.browser).post(address(scene, step), {"text": text, **posted})
    assert response.status_code == 200
    return response


def confirmed(scene: Scene, response, client=None, **changes):
    """What pressing the confirming button answers."""
    step = response.context["loaded"].step
    form = next(f for f in page_of(response).forms if "once" in f.data)
    data = {**form.data, "add": "1", **changes}
    return (client or scene.browser).post(address(scene, step), data)


def paste(scene: Scene, step: StepKey, text: str, **posted: str):
    response = confirmed(scene, shown(scene, step, text, **posted))
    assert response.status_code == 302
    return response


def rows(scene: Scene, step: StepKey, name: str = "rows") -> list[Row]:
    return getattr(scene.answer(step), name)


def button(response) -> str:
    return (
        re.search(r'name="add" value="1">(.*?)</button>', html_of(response))[1]
        .split("</i> ")[1]
        .strip()
    )


def undo(scene: Scene, page, client=None):
    form = next(f for f in page_of(page).forms if f.action.endswith("/coller/annuler/"))
    return (client or scene.browser).post(form.action, form.data, follow=True)


# --- The way of a list ------------------------------------------------------------------------------


def test_ten_lines_are_shown_then_added_then_taken_back():
    scene = Scene()
    scene.store(Activities(rows=[Activity(id="a1", text="Déjà là")]))
    response = shown(scene, StepKey.ACTIVITIES, TEN)
    assert button(response) == "Ajouter les 10 lignes"
    assert len(rows(scene, StepKey.ACTIVITIES)) == 1, "shown, not stored"
    answer = confirmed(scene, response)
    page = scene.browser.get(answer.url.partition("#")[0])
    assert "10 lignes ajoutées." in page.content.decode().replace("\u00a0", " ")
    added = rows(scene, StepKey.ACTIVITIES)
    assert [row.text for row in added] == [
        "Déjà là",
        *(f"Activité numéro {n}" for n in range(1, 11)),
    ]
    assert "L’ajout est annulé." in undo(scene, page).content.decode()
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == ["Déjà là"]


def test_a_list_that_is_sent_twice_is_added_once():
    scene = Scene()
    response = shown(scene, StepKey.ACTIVITIES, TEN)
    first, second = confirmed(scene, response), confirmed(scene, response)
    assert first.url == second.url
    assert len(rows(scene, StepKey.ACTIVITIES)) == 10


def test_the_row_pasted_into_takes_the_first_line_and_gives_its_lists():
    scene = Scene()
    scene.store(objectives("Un objectif"))
    first = Activity(id="a1", text="Avant", mission=Mission.ANALYSE_SHARE)
    into = Activity(id="a2", mission=Mission.RAISE_AWARENESS, start_year=2027, serves=["o1"])
    scene.store(Activities(rows=[first, into, Activity(id="a3", text="Après")]))
    response = shown(scene, StepKey.ACTIVITIES, "Forum\nClub", **{"into-id": "a2"})
    assert "Année de démarrage\u00a0: 2027" in response.content.decode()
    confirmed(scene, response)
    found = rows(scene, StepKey.ACTIVITIES)
    assert [row.text for row in found] == ["Avant", "Forum", "Club", "Après"]
    assert found[1].id == "a2"
    for row in found[1:3]:
        assert (row.mission, row.start_year, row.serves) == (Mission.RAISE_AWARENESS, 2027, ["o1"])


def test_a_list_pasted_into_a_row_that_has_a_name_comes_behind_it():
    scene = Scene()
    scene.store(Activities(rows=[Activity(id="a1", text="Avant"), Activity(id="a2", text="Après")]))
    paste(scene, StepKey.ACTIVITIES, "Forum\nClub", **{"into-id": "a1"})
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == [
        "Avant",
        "Forum",
        "Club",
        "Après",
    ]


def test_what_lines_do_not_say_is_chosen_on_the_page():
    scene = Scene()
    paste(scene, StepKey.ACTIVITIES, "Forum\nClub", **{"given-mission": "raise_awareness"})
    assert {row.mission for row in rows(scene, StepKey.ACTIVITIES)} == {Mission.RAISE_AWARENESS}


CASES = [
    (
        StepKey.OBJECTIVES,
        "rows",
        "Objectif\tCible\tUnité\nAccompagner\t15 à 20 par an\tassociations",
        {"target_value": 15, "target_max_value": 20, "per_year": True},
    ),
    (
        StepKey.OBJECTIVES,
        "rows",
        "Objectif\tCible\tUnité\tÉchéance\nAccompagner\t200\tassociations\tfin 2029",
        {
            "statement": "Accompagner",
            "kind": "quantitative",
            "target_value": 200,
            "deadline_year": 2029,
        },
    ),
    (
        StepKey.ALLIANCES,
        "rows",
        "CCI\tInstitutionnels\texistant\nMEDEF\tréseaux d'entreprises\tà approcher",
        {"actor": "CCI", "family": "institutions", "relation": "existing"},
    ),
    (
        StepKey.ECONOMIC_MODEL,
        "levers",
        "Levier\tFamille\tMontant 2026\tMontant 2029\nCotisations\tauto-financement\t12\t24,5 K€",
        {
            "text": "Cotisations",
            "family": "self",
            "amount_now_keur": 12,
            "amount_target_keur": 24.5,
        },
    ),
    (
        StepKey.TERRITORIAL_SCALES,
        "rows",
        "Sensibiliser\trégion\tPays de Loire",
        {
            "mission": "raise_awareness",
            "scale": "region",
            "territory": "Pays de Loire",
            "label": "",
        },
    ),
    (StepKey.TERRITORIAL_SCALES, "rows", "Fête\nForum", {"label": "Fête", "mission": None}),
    (StepKey.BOARD_DECISIONS, "decisions", "1. Adopter\n2. Voter", {"text": "Adopter"}),
    (
        StepKey.BOARD_DECISIONS,
        "calendar",
        "sept. 2026 : lancer\noctobre 2026 : bilan",
        {"month": "2026-09", "milestone": "lancer"},
    ),
    (StepKey.VISION, "statements", "- Une phrase\n- Une autre", {"text": "Une phrase"}),
    (
        StepKey.POSITIONING,
        "rows",
        "La MJC\t2e cercle\tun appui",
        {"actor_type": "other", "label": "La MJC", "circle": 2, "posture": "un appui"},
    ),
]


def test_each_step_takes_its_list():
    scene = Scene()
    for step, name, text, expected in CASES:
        paste(scene, step, text, list=name)
        first = rows(scene, step, name)[0].model_dump()
        assert {key: first[key] for key in expected} == expected, text
        scene.diagnostic.answers.all().delete()


def test_links_are_read_from_a_table():
    scene = Scene()
    scene.store(objectives("Un", "Deux", "Trois"))
    paste(scene, StepKey.ACTIVITIES, "Activité\tObjectifs\nForum\tO1, O3\nClub\tDeux")
    assert [row.serves for row in rows(scene, StepKey.ACTIVITIES)] == [["o1", "o3"], ["o2"]]


def test_what_is_stored_already_is_not_doubled():
    scene = Scene()
    scene.store(Activities(rows=[Activity(id="a1", text="Un forum")]))
    response = shown(scene, StepKey.ACTIVITIES, "- un Forum\n- Club")
    assert "ligne 1 de votre liste" in html_of(response)
    confirmed(scene, response)
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == ["Un forum", "Club"]
    assert "Rien à ajouter" in html_of(shown(scene, StepKey.ACTIVITIES, "- un Forum\n- Club"))


# --- What cannot be stored ------------------------------------------------------------------------------


def test_a_number_in_another_unit_is_offered_and_taken_unless_it_is_left():
    scene = Scene()
    text = "Levier\tMontant cible\nRégion\t1,2 M€\nVille\tmille euros"
    response = shown(scene, StepKey.ECONOMIC_MODEL, text)
    page = html_of(response).replace("&nbsp;", " ").replace("\u00a0", " ").replace("\u202f", " ")
    assert "Ligne 2, colonne « Montant cible (K€) » : « 1,2 M€ » → 1200 K€" in page.replace(
        "1 200", "1200"
    )
    confirmed(scene, response)
    assert [row.amount_target_keur for row in rows(scene, StepKey.ECONOMIC_MODEL, "levers")] == [
        1200,
        1,
    ]

    other = Scene()
    response = shown(other, StepKey.ECONOMIC_MODEL, text)
    confirmed(other, response, take=["3 amount_target_keur"])
    first, second = rows(other, StepKey.ECONOMIC_MODEL, "levers")
    assert (first.amount_target_keur, second.amount_target_keur) == (None, 1)
    kept = other.kept(StepKey.ECONOMIC_MODEL)
    assert kept == {f"levers/{first.id}/amount_target_keur": ["1,2 M€"]}


def test_a_refused_cell_is_named_and_kept_at_its_field():
    scene = Scene()
    text = "Activité\tDémarrage\tMission\nForum\tun de ces jours\tBof\n"
    response = shown(scene, StepKey.ACTIVITIES, text)
    page = html_of(response).replace("\u00a0", " ")
    assert "ligne 2, colonne « Année de démarrage » : Indiquez une année" in page
    assert "ligne 2, colonne « Mission » : « Bof » n’est pas dans la liste" in page
    confirmed(scene, response)
    row = rows(scene, StepKey.ACTIVITIES)[0]
    assert (row.text, row.start_year) == ("Forum", None)
    assert scene.kept(StepKey.ACTIVITIES) == {f"rows/{row.id}/start_year": ["un de ces jours"]}
    assert "un de ces jours" in scene.browser.get(scene.url(StepKey.ACTIVITIES)).content.decode()


def test_taking_back_forgets_what_was_kept_of_its_rows_alone():
    scene = Scene()
    mine = {"rows/a1/start_year": ["bientôt"]}
    scene.store(Activities(rows=[Activity(id="a1", text="Avant")]))
    data = scene.page(StepKey.ACTIVITIES)
    data["activities-rows-0-start_year"] = "bientôt"
    scene.post(StepKey.ACTIVITIES, data)
    assert scene.kept(StepKey.ACTIVITIES) == mine
    answer = paste(scene, StepKey.ACTIVITIES, "Activité\tDémarrage\nForum\tun de ces jours")
    assert len(scene.kept(StepKey.ACTIVITIES)) == 2
    undo(scene, scene.browser.get(answer.url))
    assert scene.kept(StepKey.ACTIVITIES) == mine
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == ["Avant"]


def test_a_line_that_is_too_long_stays_on_the_page():
    scene = Scene()
    long = "Très long " * 40
    response = shown(scene, StepKey.ACTIVITIES, f"Forum\n{long}\nClub")
    assert "de trop" in html_of(response)
    assert button(response) == "Ajouter les 2 lignes"
    answer = confirmed(scene, response)
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == ["Forum", "Club"]
    assert long.strip() in scene.browser.get(answer.url).content.decode()


def test_beyond_sixty_rows_what_fits_is_added_and_the_rest_waits():
    scene = Scene()
    scene.store(Activities(rows=[Activity(id=f"a{n}", text=f"Avant {n}") for n in range(55)]))
    response = shown(scene, StepKey.ACTIVITIES, TEN)
    assert button(response) == "Ajouter les 5 lignes"
    assert "5 lignes de votre liste n’ont plus de place" in html_of(response).replace("\u00a0", " ")
    answer = confirmed(scene, response)
    assert answer.url.startswith(address(scene, StepKey.ACTIVITIES))
    assert len(rows(scene, StepKey.ACTIVITIES)) == 60
    page = scene.browser.get(answer.url)
    form = next(f for f in page_of(page).forms if "text" in f.data)
    assert form.data["text"] == ["".join(f"Activité numéro {n}\n" for n in range(6, 11))]
    undo(scene, page)
    assert len(rows(scene, StepKey.ACTIVITIES)) == 55


def test_what_is_no_list_says_so_and_gives_the_text_back():
    scene = Scene()
    response = shown(scene, StepKey.ACTIVITIES, "a\n" * 2_000)
    assert "Ce tableau est trop grand" in html_of(response)
    assert "Rien à ajouter" in html_of(shown(scene, StepKey.ACTIVITIES, " \n"))


# --- Files ------------------------------------------------------------------------------------------------


def upload(scene: Scene, step: StepKey, content: bytes, *, name: str = "rows", client=None):
    file = SimpleUploadedFile("liste.csv", content, "text/csv")
    return (client or scene.browser).post(address(scene, step), {"file": file, "list": name})


def table(scene: Scene, step: StepKey, name: str = "rows") -> str:
    response = scene.browser.get(address(scene, step, "table"), {"liste": name})
    assert response["Content-Disposition"].startswith("attachment; filename=")
    return response.content.decode("utf-8-sig")


LISTS = [
    (StepKey.VISION, "statements"),
    (StepKey.OBJECTIVES, "rows"),
    (StepKey.POSITIONING, "rows"),
    (StepKey.ACTIVITIES, "rows"),
    (StepKey.TERRITORIAL_SCALES, "rows"),
    (StepKey.ECONOMIC_MODEL, "levers"),
    (StepKey.ALLIANCES, "rows"),
    (StepKey.BOARD_DECISIONS, "decisions"),
    (StepKey.BOARD_DECISIONS, "calendar"),
]


@pytest.mark.parametrize("demo", ["sorelle", "brumelle", "arvelle"])
def test_a_table_that_comes_back_unchanged_changes_nothing(demo: str):
    scene = Scene()
    scene.store_demo(demo)
    for step, name in LISTS:
        written = table(scene, step, name)
        response = upload(scene, step, written.encode(), name=name)
        assert "Rien à ajouter" in html_of(response), (step, name)
        assert response.context["paste"].told == [], (step, name)
        assert len(response.context["paste"].there) == len(rows(scene, step, name))


def test_a_table_that_was_filled_in_changes_and_adds():
    scene = Scene()
    scene.store(Activities(rows=[Activity(id="a1", text="Forum"), Activity(id="a2", text="Club")]))
    lines = table(scene, StepKey.ACTIVITIES).splitlines()
    lines[1] = lines[1].replace("Forum", "Grand forum")
    lines[2] = "Lettre" + ";" * lines[0].count(";")  # the club's line is taken out of the file
    response = upload(scene, StepKey.ACTIVITIES, "\r\n".join(lines).encode("utf-8-sig"))
    assert button(response) == "Ajouter 1 ligne et en modifier 1"
    page = scene.browser.get(confirmed(scene, response).url)
    found = [(row.id, row.text) for row in rows(scene, StepKey.ACTIVITIES)]
    assert found[:2] == [("a1", "Grand forum"), ("a2", "Club")]
    assert found[2][1] == "Lettre"
    undo(scene, page)
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == ["Forum", "Club"]


def test_what_is_computed_elsewhere_is_a_text_here_and_there():
    scene = Scene()
    decisions = [
        {"id": "d1", "text": '=HYPERLINK("http://x")'},
        {"id": "d2", "text": "- 5 % de frais"},
    ]
    scene.store(BoardDecisions.model_validate({"decisions": decisions}))
    written = table(scene, StepKey.BOARD_DECISIONS, "decisions")
    assert written.splitlines()[1:] == [
        '"\'=HYPERLINK(""http://x"")";;;;;;;d1',
        "'- 5 % de frais;;;;;;;d2",
    ]
    response = upload(scene, StepKey.BOARD_DECISIONS, written.encode(), name="decisions")
    assert "Rien à ajouter" in html_of(response), "a bullet of one's own file is no bullet"


def test_a_workbook_goes_out_and_comes_back():
    scene = Scene()
    scene.store(objectives("Un"), Activities(rows=[Activity(id="a1", text="Forum", serves=["o1"])]))
    content = scene.browser.get(address(scene, StepKey.ACTIVITIES, "workbook")).content
    assert "Rien à ajouter" in html_of(upload(scene, StepKey.ACTIVITIES, content))
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    sheet["A2"] = "Grand forum"
    # A line that was copied has the identifier of the first: it is a new row.
    sheet.append(["Copie", *(cell.value for cell in sheet[2][1:])])
    sheet.append(["Lettre", None, "Bof"])
    changed = BytesIO()
    book.save(changed)
    response = upload(scene, StepKey.ACTIVITIES, changed.getvalue())
    page = html_of(response).replace("\u00a0", " ")
    assert "ligne 4, colonne « Priorité » : « Bof » n’est pas dans la liste" in page
    confirmed(scene, response)
    found = rows(scene, StepKey.ACTIVITIES)
    assert [(row.text, row.serves) for row in found] == [
        ("Grand forum", ["o1"]),
        ("Copie", ["o1"]),
        ("Lettre", []),
    ]
    assert found[0].id == "a1"


def test_a_file_that_is_no_table_says_what_to_do():
    scene = Scene()
    for content in (b"PK\x03\x04zip", b"%PDF-1.7", b"\x00\x01\x02" * 50, b"a" * 1_000_001):
        response = upload(scene, StepKey.ACTIVITIES, content)
        assert response.status_code == 200
        assert "Rien n’a été lu" in html_of(response), content[:8]
        assert scene.row(StepKey.ACTIVITIES) is None


def test_a_file_beyond_all_bounds_is_refused_before_it_is_kept():
    scene = Scene()
    assert upload(scene, StepKey.ACTIVITIES, b"a" * 2_000_000).status_code == 413
    stranger = scene.client("anonymous")
    assert upload(scene, StepKey.ACTIVITIES, b"a" * 2_000_000, client=stranger).status_code == 413


# --- Together -----------------------------------------------------------------------------------------------


def test_what_a_colleague_stored_between_preview_and_confirmation_stays():
    scene = Scene()
    scene.store(Activities(rows=[Activity(id="a1", text="Avant")]))
    response = shown(scene, StepKey.ACTIVITIES, "Forum\nClub")
    theirs = Activities(rows=[Activity(id="a1", text="Changé"), Activity(id="a9", text="À eux")])
    scene.store(theirs, user=scene.contributor)
    confirmed(scene, response)
    found = [row.text for row in rows(scene, StepKey.ACTIVITIES)]
    assert found == ["Changé", "À eux", "Forum", "Club"]


def test_taking_back_leaves_what_was_written_since():
    scene = Scene()
    answer = paste(scene, StepKey.ACTIVITIES, "Forum\nClub")
    stored = scene.answer(StepKey.ACTIVITIES)
    changed = stored.model_copy(deep=True)
    changed.rows[0].text = "Forum annuel"
    changed.rows.append(Activity(id="a9", text="À eux"))
    scene.store(changed, user=scene.contributor)
    page = undo(scene, scene.browser.get(answer.url))
    assert "sauf ce qui a été modifié depuis" in page.content.decode()
    assert [row.text for row in rows(scene, StepKey.ACTIVITIES)] == ["Forum annuel", "À eux"]
    again = scene.browser.post(
        address(scene, StepKey.ACTIVITIES, "paste_undo"), {"revision": "77"}, follow=True
    )
    assert "Cet ajout n’est plus là" in again.content.decode()


def test_taking_back_twice_changes_nothing_more():
    scene = Scene()
    page = scene.browser.get(paste(scene, StepKey.ACTIVITIES, "Forum\nClub").url)
    undo(scene, page)
    assert "Cet ajout est déjà annulé." in undo(scene, page).content.decode()


# --- Rights -----------------------------------------------------------------------------------------------


def test_a_reader_gets_their_list_back():
    scene = make_scene()
    client = scene.client("reader")
    response = client.post(address(scene, StepKey.ACTIVITIES), {"text": "Mon forum\nMon club"})
    assert response.status_code == 403
    assert "Mon forum" in response.content.decode()


def test_once_it_is_submitted_the_list_is_given_back():
    scene = make_scene(State.SUBMITTED)
    before = scene.stored_rows()
    response = scene.browser.post(
        address(scene, StepKey.ACTIVITIES), {"text": "Mon forum\nMon club", "add": "1"}
    )
    assert response.status_code == 409
    assert "Mon forum\nMon club" in response.content.decode().replace("\r", "")
    assert scene.browser.get(address(scene, StepKey.ACTIVITIES)).url == scene.url(
        StepKey.ACTIVITIES
    )
    undone = scene.browser.post(address(scene, StepKey.ACTIVITIES, "paste_undo"), {"revision": "1"})
    assert undone.status_code == 409
    assert scene.stored_rows() == before


def test_submitted_between_preview_and_confirmation():
    scene = make_scene()
    response = shown(scene, StepKey.ACTIVITIES, "Forum\nClub")
    bring_to(scene, State.SUBMITTED)
    assert confirmed(scene, response).status_code == 409
    assert "Forum" not in str(scene.row(StepKey.ACTIVITIES).value)


def test_a_list_sent_without_a_session_waits_for_its_person():
    scene = Scene()
    browser = scene.ended(scene.lead)
    browser.post(
        address(scene, StepKey.ACTIVITIES),
        {"text": "Mon forum\nMon club"},
        headers={"referer": f"http://testserver{address(scene, StepKey.ACTIVITIES)}"},
    )
    browser.force_login(scene.lead, "django.contrib.auth.backends.ModelBackend")
    page = browser.get(address(scene, StepKey.ACTIVITIES))
    assert "Mon forum" in page.content.decode()
    form = next(
        f for f in page_of(page).forms if f.data.get("text", [""])[0].startswith("Mon forum")
    )
    assert form.data["text"][0].splitlines() == ["Mon forum", "Mon club"]


def test_steps_without_lists_have_no_such_page():
    scene = Scene()
    for step in (StepKey.ROLES, StepKey.ORGANISATION, StepKey.ACCOMPANIMENT_SCOPE):
        for name in ("paste", "table"):
            assert scene.browser.get(address(scene, step, name)).status_code == 404
        assert address(scene, step) not in page_of(scene.browser.get(scene.url(step))).links


def test_what_the_step_tells_comes_from_its_address_alone():
    scene = Scene()
    scene.store(objectives("Un"))
    for asked in ("x", "1.2", "1.2.3.4", "<b>.1.1", "-1.1.1"):
        page = scene.browser.get(scene.url(StepKey.OBJECTIVES), {"colle": asked})
        assert page.status_code == 200
        assert "/coller/annuler/" not in page.content.decode()
