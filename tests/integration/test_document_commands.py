"""Documents in and out from the command line: findings without a database, export, import."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from diagnostics.domain.answers import AccompanimentScope
from diagnostics.domain.coherence import acknowledged_findings, find_coherence, findings_json
from diagnostics.domain.document import load_document
from diagnostics.domain.schema import document_schema
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import Acknowledgement, Answer, Diagnostic, Event, Structure
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.answers import save_answer
from diagnostics.services.coherence import acknowledge_finding
from tests.coherence_cases import partner, scope
from tests.factories import StructureFactory
from tests.pages import step_data
from tests.scene import Scene, answer_document, demo_document, make_scene

NB = "\u00a0"
DEMO = ("sorelle", "brumelle", "arvelle")


# --- Without a database --------------------------------------------------------------------------


def manage(
    *arguments: str, data: Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess:
    """Run ``manage.py`` as anybody does, on a machine where no database answers."""
    kept = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
    variables = {name: value for name, value in os.environ.items() if name in kept}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        input=stdin,
        env=variables | {"DATA_DIR": str(data)} | environment,
        capture_output=True,
        timeout=60,
    )


def lines_of(*documents: dict | str) -> bytes:
    texts = (d if isinstance(d, str) else json.dumps(d, ensure_ascii=False) for d in documents)
    return "\n".join(texts).encode()


def answers(output: bytes) -> list:
    return [json.loads(line) for line in output.decode().splitlines()]


def test_findings_need_no_database(tmp_path):
    """Not even the embedded one is started, and an unreachable one is not missed."""
    file = tmp_path / "documents.jsonl"
    file.write_bytes(lines_of(*(demo_document(name).as_json() for name in DEMO)))
    data = tmp_path / "data"
    data.mkdir()

    done = manage("coherence", str(file), data=data)
    assert (done.returncode, done.stderr) == (0, b"")
    assert answers(done.stdout) == [findings_json(demo_document(name)) for name in DEMO]
    assert {path.name for path in data.iterdir()} <= {"secret_key"}

    unreachable = {
        "DATABASE_URL": "postgres://x:y@127.0.0.1:1/nothing",
        "SECRET_KEY": "k" * 60,
        "PRODUCTION": "false",
    }
    again = manage("coherence", "-", data=data, stdin=file.read_bytes(), **unreachable)
    assert (again.returncode, again.stdout) == (0, done.stdout)

    schema = manage("diagnostic_schema", data=data, **unreachable)
    assert schema.returncode == 0
    assert json.loads(schema.stdout) == document_schema()


def test_an_unreadable_line_is_told_where_it_is_and_the_others_are_answered(tmp_path):
    good = demo_document("arvelle").as_json()
    bad = json.loads(json.dumps(good))
    bad["answers"]["objectives"]["rows"][2]["deadline_year"] = "bientôt"
    stdin = lines_of(good, bad, "", "{", '{"\\ud800": 1}', good) + b"\n\xff\n"

    done = manage("coherence", "-", data=tmp_path, stdin=stdin)

    first, *errors, last, undecodable = answers(done.stdout)
    assert first == last == findings_json(demo_document("arvelle"))
    assert [list(error) for error in [*errors, undecodable]] == [["error"]] * 4
    assert errors[0]["error"] == {
        "line": 2,
        "path": "answers.objectives.rows[2].deadline_year",
        "reason": "un nombre entier est attendu",
    }
    assert errors[1]["error"]["reason"].startswith("ce n’est pas du JSON")
    assert errors[2]["error"]["line"] == 5
    assert undecodable["error"] == {"line": 7, "path": "$", "reason": "ce n’est pas de l’UTF-8"}
    assert done.returncode != 0
    assert done.stderr.decode().strip() == f"CommandError: 4{NB}lignes illisibles sur 6."


def test_a_terminal_of_another_age_gets_plain_json(tmp_path):
    stdin = lines_of(demo_document("arvelle").as_json())
    done = manage("coherence", "-", data=tmp_path, stdin=stdin, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert answers(done.stdout) == [findings_json(demo_document("arvelle"))]


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    for path, why in (
        (tmp_path / "absent", "ce fichier n’existe pas"),
        (tmp_path, "c’est un dossier"),
    ):
        sentence = re.escape(f"Lecture impossible de « {path} » : {why}.")
        with pytest.raises(CommandError, match=sentence):
            call_command("coherence", str(path))
        with pytest.raises(CommandError, match=sentence):
            call_command("import_diagnostic", str(path), structure="x")
        with pytest.raises(CommandError, match=sentence):
            call_command("coherence", "-", thresholds=str(path))


def test_several_things_wrong_in_a_line_are_all_told(tmp_path):
    file = tmp_path / "documents.jsonl"
    file.write_text('{"kit": 3}\n')
    out = StringIO()
    with pytest.raises(CommandError, match=f"1{NB}ligne illisible sur 1"):
        call_command("coherence", str(file), stdout=out)
    assert json.loads(out.getvalue()) == {
        "error": {
            "line": 1,
            "path": "kit",
            "reason": "un texte est attendu",
            "others": [
                {"path": "structure", "reason": "manque"},
                {"path": "diagnostic", "reason": "manque"},
            ],
        }
    }


def test_thresholds_of_a_file_are_those_of_the_rules(tmp_path):
    """46 % of Sorelle's target are still to be found: above 40, and below 47."""
    file = tmp_path / "seuils.json"
    file.write_text('{"new_money": 47}')
    document = tmp_path / "document.json"
    document.write_bytes(lines_of(demo_document("sorelle").as_json()))
    out = StringIO()

    call_command("coherence", f"--thresholds={file}", str(document), stdout=out)

    (found,) = answers(out.getvalue().encode())
    assert found == [f for f in findings_json(demo_document("sorelle")) if f["rule"] != "M4"]


def test_the_board_s_date_is_compared_with_the_day_that_is_told(tmp_path):
    value = demo_document("brumelle").as_json()
    value["diagnostic"]["board_date"] = "2026-06-18"
    file = tmp_path / "document.json"
    file.write_bytes(lines_of(value))

    def rules_of(*options: str) -> list[str]:
        out = StringIO()
        call_command("coherence", str(file), *options, stdout=out)
        return [finding["rule"] for finding in json.loads(out.getvalue())]

    assert "S13" not in rules_of("--today=2026-06-18")
    assert rules_of("--today=2026-06-19")[0] == "S13"
    assert rules_of()[0] == "S13"  # today is later still


@pytest.mark.parametrize(
    "told", ["demain", "2026-02-30", "15/05/2026", "20260515", "2026-W20-5", ""]
)
def test_a_day_that_is_none_is_refused_with_its_form(told):
    with pytest.raises(CommandError) as refused:
        call_command("coherence", "-", f"--today={told}")
    assert str(refused.value) == (
        f"« {told} » n’est pas un jour AAAA-MM-JJ : écrivez par exemple --today 2026-05-15."
    )


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (b'{"pace": 3, "max_roles": 0}', [f"max_roles{NB}: 1 au moins est attendu", f"pace{NB}: clé inconnue"]),
        (b'{"pace_info": 31}', [f"«{NB}pace_info{NB}» dépasse «{NB}pace_attention{NB}»"]),
        (b"[]", ["un objet est attendu"]),
        (b"{", ["ce n’est pas du JSON (ligne 1, colonne 2)"]),
        (b"\xff", ["ce n’est pas de l’UTF-8"]),
    ],
)  # fmt: skip
def test_thresholds_that_are_none_are_refused_before_any_document_is_read(text, reasons, tmp_path):
    file = tmp_path / "seuils.json"
    file.write_bytes(text)
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("coherence", str(tmp_path / "absent"), thresholds=str(file), stdout=out)
    first, *others = str(refusal.value).splitlines()
    assert first == f"Seuils refusés dans « {file} » :"
    assert [line.strip() for line in others] == reasons
    assert refusal.value.returncode == 1
    assert out.getvalue() == ""


# --- Export and import ----------------------------------------------------------------------------


@pytest.fixture
def scene() -> Scene:
    """A diagnostic answered as Sorelle's, with a choice made and one whose finding changed."""
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    answer_document(scene.diagnostic, demo_document("sorelle"), user=scene.lead)
    for rule, rows in (("R14", ["formalise"]), ("R31", ["l16"])):
        acknowledge_finding(
            scene.diagnostic, rule=rule, rows=rows, reason="Choisi", user=scene.contributor
        )
    answer = AccompanimentScope.model_validate(
        scope(formalise=partner("Notaires"))["accompaniment_scope"]
    )
    save_answer(scene.diagnostic, answer, internal_note="", base_revision=1, user=scene.lead)
    return scene


def exported(diagnostic: Diagnostic) -> str:
    out = StringIO()
    call_command("export_diagnostic", str(diagnostic.pk), stdout=out)
    return out.getvalue()


def imported(text: str, tmp_path: Path, structure: str, **options: str) -> Diagnostic:
    file = tmp_path / "document.json"
    file.write_text(text, encoding="utf-8")
    before = set(Diagnostic.objects.values_list("pk", flat=True))
    out = StringIO()
    call_command("import_diagnostic", str(file), structure=structure, stdout=out, **options)
    (pk,) = set(Diagnostic.objects.values_list("pk", flat=True)) - before
    assert str(pk) in out.getvalue()
    return Diagnostic.objects.get(pk=pk)


@pytest.mark.django_db
def test_a_diagnostic_exported_and_imported_is_equal_findings_included(scene, tmp_path):
    text = exported(scene.diagnostic)
    written = json.loads(text)
    document = load_diagnostic_document(scene.diagnostic)
    assert written["findings"] == findings_json(document)
    assert len(written["acknowledgements"]) == 2
    assert [f.rule for f in acknowledged_findings(find_coherence(document))] == ["R31"]

    copy = imported(text, tmp_path, str(scene.structure.pk))

    assert load_diagnostic_document(copy) == document
    assert exported(copy) == text
    original = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    assert copy.indicators == original.indicators
    assert (copy.state, copy.created_by) == (State.DRAFT.value, scene.lead)
    event = Event.objects.get(kind=EventKind.ANSWERS_IMPORTED.value, diagnostic=copy)
    assert event.actor == scene.lead
    assert event.detail["acknowledgements"] == 2
    assert set(event.detail["steps"]) == set(written["answers"])


@pytest.mark.django_db
def test_the_page_and_the_command_give_the_same_document(scene):
    page = scene.client("reader").get(f"/diagnostics/{scene.diagnostic.pk}/document.json").json()
    assert page == json.loads(exported(scene.diagnostic))


@pytest.mark.django_db
def test_a_demo_document_becomes_a_draft_whatever_its_state(tmp_path):
    scene = make_scene()
    for written in map(demo_document, DEMO):
        copy = imported(json.dumps(written.as_json()), tmp_path, scene.structure.name.upper())

        document = load_diagnostic_document(copy)
        assert document.answers == written.answers
        assert document.acknowledgements == written.acknowledgements
        assert document.diagnostic.workshops == written.diagnostic.workshops
        assert document.diagnostic.board_date == written.diagnostic.board_date
        assert document.diagnostic.state is State.DRAFT
        assert document.structure.name == scene.structure.name
        assert copy.submitted_at is None
        assert copy.is_editable


@pytest.mark.django_db
def test_what_holds_nothing_is_not_stored(tmp_path):
    scene = make_scene()
    value = demo_document("brumelle").as_json()
    value["answers"] = {
        "roles": {"rows": [{"id": "r1"}, {"id": "r2", "role": "network"}, {"id": "r3"}]},
        "vision": {"statements": [{"id": "v1"}]},
    }
    copy = imported(json.dumps(value), tmp_path, str(scene.structure.pk))
    assert [(a.step, len(a.value["rows"])) for a in copy.answers.all()] == [("roles", 1)]


MALFORMED = [
    (["answers", "objectives", "rows", 0, "deadline_year"], "bientôt",
     f"answers.objectives.rows[0].deadline_year{NB}: un nombre entier est attendu"),
    (["answers", "vison"], {}, f"answers.vison{NB}: clé inconnue"),
    (["diagnostic", "horizon_years"], 6, f"diagnostic.horizon_years{NB}: valeur inconnue"),
    (["acknowledgements", 0, "reason"], "", f"acknowledgements[0].reason{NB}: ce texte est vide"),
    (["kit"], "rameau-1999", "Le kit « rameau-1999 » n’est pas chargé"),
]  # fmt: skip


@pytest.mark.django_db
def test_a_malformed_document_is_refused_whole(tmp_path):
    scene = make_scene()
    models = (Diagnostic, Answer, Acknowledgement, Event)
    counts = [model.objects.count() for model in models]
    for path, value, expected in MALFORMED:
        document = demo_document("sorelle").as_json()
        part = document
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value
        with pytest.raises(CommandError) as refusal:
            imported(json.dumps(document), tmp_path, str(scene.structure.pk))
        assert expected in str(refusal.value)
        assert counts == [model.objects.count() for model in models], expected


@pytest.mark.django_db
def test_a_kit_without_a_step_refuses_its_answers(tmp_path):
    scene = make_scene()
    scene.diagnostic.kit.steps.get(key="alliances").delete()
    before = Diagnostic.objects.count()
    with pytest.raises(CommandError, match="n’a pas d’étape « alliances »"):
        imported(json.dumps(demo_document("sorelle").as_json()), tmp_path, str(scene.structure.pk))
    assert Diagnostic.objects.count() == before


@pytest.mark.django_db
def test_who_acts_and_for_whom(tmp_path):
    scene = make_scene()
    text = json.dumps(demo_document("arvelle").as_json())
    twin = StructureFactory(name="Jumelle")
    StructureFactory(name="jumelle")
    refused = [
        ({"structure": "Inconnue"}, "Aucune structure ne s’appelle « Inconnue »"),
        ({"structure": "00000000-0000-4000-8000-000000000000"}, "Il n’y a pas de structure"),
        ({"structure": "Jumelle"}, f"(?s)Plusieurs structures s’appellent « Jumelle ».*{twin.pk}"),
        ({"structure": str(twin.pk)}, "n’a pas encore de référent·e"),
        (
            {"structure": scene.structure.name, "email": "absent@x.example"},
            "Personne n’a de compte",
        ),
        ({"structure": scene.structure.name, "email": scene.contributor.email}, "référent·e ouvre"),
        ({"structure": scene.structure.name, "email": scene.stranger.email}, "référent·e ouvre"),
    ]
    before = Diagnostic.objects.count()
    for options, sentence in refused:
        with pytest.raises(CommandError, match=sentence):
            imported(text, tmp_path, **options)
    assert Diagnostic.objects.count() == before
    assert Structure.objects.count() == 4

    email = scene.lead.email.upper()
    assert imported(text, tmp_path, scene.structure.name, email=email).created_by == scene.lead


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["pas-un-identifiant", "00000000-0000-4000-8000-000000000000"])
def test_exporting_what_is_not_there_is_a_sentence(given):
    with pytest.raises(CommandError, match=given):
        call_command("export_diagnostic", given)


@pytest.mark.django_db
def test_an_export_is_a_document_like_any_other(scene):
    assert load_document(json.loads(exported(scene.diagnostic))) == load_diagnostic_document(
        scene.diagnostic
    )


@pytest.mark.django_db
def test_the_step_saves_unchanged_what_was_imported(tmp_path):
    """Sums of floats and thirds, as another program writes them."""
    scene = make_scene()
    value = demo_document("brumelle").as_json()
    value["answers"]["economic_model"]["target"] |= {"fte": 0.1 + 0.2, "public_pct": 33.333333}
    copy = imported(json.dumps(value), tmp_path, str(scene.structure.pk))
    before = copy.answers.get(step="economic_model").value
    assert (before["target"]["fte"], before["target"]["public_pct"]) == (0.3, 33.33)
    address = reverse("diagnostic_step", args=[copy.pk, "economic_model"])
    client = scene.client("lead")
    response = client.post(address, step_data(client, address))
    assert response.status_code == 302
    assert copy.answers.get(step="economic_model").value == before


def test_a_document_over_many_lines_is_one_document():
    """As the demo documents are kept, and as an editor writes one."""
    out = StringIO()
    call_command(
        "coherence",
        str(settings.BASE_DIR / "fixtures/demo/brumelle.json"),
        today="2026-06-01",
        stdout=out,
    )
    (line,) = out.getvalue().splitlines()
    assert "R01" in {finding["rule"] for finding in json.loads(line)}
