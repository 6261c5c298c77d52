"""Every page, inspected: axe without a violation, one title, no overflow, a silent console.

The console and the content policy are watched by ``open_browser`` (conftest).
"""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from diagnostics.domain.answers import Vision, VisionStatement
from diagnostics.domain.conversation import Audience, ThreadKind
from diagnostics.domain.document import load_answer
from diagnostics.domain.vocabulary import MembershipRole, StepKey
from diagnostics.models import Diagnostic, Membership, User
from diagnostics.notifications.leaving import Optional, leave_token
from diagnostics.services.answers import save_answer
from diagnostics.services.conversation import open_thread
from diagnostics.services.next_diagnostic import open_next_diagnostic
from diagnostics.services.team import invitation_token
from diagnostics.services.workflow import request_changes
from tests.browser import inspection
from tests.browser.helpers import a_diagnostic, row, step_path
from tests.browser.inspection import BOTH, Inspector
from tests.factories import PASSWORD, StructureFactory, UserFactory
from tests.inviting import invite_member
from tests.mails import left
from tests.second_factors import code_of

STEPS = [step.value for step in StepKey]


@pytest.fixture
def inspector(open_browser):
    """Inspect the pages of a person (or of a visitor); tell every problem at the end."""
    inspectors = []

    def _inspect(user: User | None = None) -> Inspector:
        inspectors.append(Inspector(open_browser(user)))
        return inspectors[-1]

    yield _inspect
    assert [problem for one in inspectors for problem in one.problems] == []


def a_demo_diagnostic(demo, name: str) -> Diagnostic:
    return Diagnostic.objects.select_related("structure").get(structure=demo[name])


def test_faults_are_seen(open_browser, monkeypatch):
    """What the inspections look for once for each look of a text, on a page that had been inspected."""
    monkeypatch.setattr(inspection, "_looks", set())
    own = Inspector(open_browser())
    own.visit("/a-propos/")
    assert own.problems == []
    own.page.evaluate(
        """() => {
          const [faint, block, link] = ["p", "p", "a"].map((name) => document.createElement(name));
          faint.textContent = "Trop pâle";
          faint.style.color = "#ccc";
          link.textContent = "un lien";
          link.href = "#";
          link.style.color = "#24409a"; // less than three times as light as the text
          link.style.textDecoration = "none";
          block.append("Une phrase avec ", link, " que rien ne distingue.");
          document.querySelector("main").append(faint, block);
        }"""
    )
    own.inspect("faults")
    assert [re.search(r": ([a-z-]+): ", found)[1] for found in own.problems] == [
        "color-contrast",
        "link-in-text-block",
    ]


def test_pages_of_a_visitor(inspector, live_server):
    visitor = inspector()
    visitor.visit(
        "/",
        "/exemple/",
        "/a-propos/",
        "/mentions-legales/",
        "/donnees-personnelles/",
        "/accessibilite/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/confirm-email/",
        "/accounts/inactive/",
    )
    visitor.visit("/nulle-part/", status=404)
    page = visitor.page
    page.goto("/accounts/signup/")
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.locator(".error-summary")).to_be_focused()
    visitor.inspect("the sign-up refused")
    page.get_by_label("Nom affiché").fill("Zoé Visiteuse")
    page.get_by_label("Adresse e-mail").fill("zoe@exemple.example")
    page.get_by_label("Mot de passe").first.fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")
    visitor.visit(re.search(r"http://\S+/confirm-email/\S+", left()[-1].body)[0])


def test_pages_of_an_account(inspector, kit):
    email = f"{'prenom-nom' * 5}@{'federation' * 5}.exemple.example"
    user = UserFactory(verified=True, email=email, name="Prénom-Composé" * 5)
    own = inspector(user)
    own.visit(
        "/",
        "/compte/",
        "/mes-donnees/",
        "/mes-donnees/effacer/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/2fa/",
    )
    second_factor(own)
    own.visit("/structures/nouvelle/")
    own.page.get_by_role("button", name="Créer la structure").click()
    own.inspect("the structure refused")


def second_factor(own: Inspector) -> None:
    """Inspect the pages that one meets to have a second factor, and those of its codes."""
    page = own.page
    page.goto("/accounts/2fa/totp/activate/")
    own.inspect("proving who one is")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    own.inspect("an application of codes", BOTH)
    page.get_by_label("Code à six chiffres").fill("1")
    page.get_by_role("button", name="Ajouter cette application").click()
    own.inspect("a wrong code")
    key = page.locator(".factor-key code").inner_text().replace(" ", "")
    page.get_by_label("Code à six chiffres").fill(code_of(key))
    page.get_by_role("button", name="Ajouter cette application").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    own.inspect("recovery codes", BOTH)
    own.visit("/accounts/2fa/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/deactivate/")


def test_pages_of_a_structure(inspector, demo):
    diagnostic = a_demo_diagnostic(demo, "Passerelles en Sorelle")
    structure = diagnostic.structure
    lead = Membership.objects.get(structure=structure, role=MembershipRole.LEAD).user
    member = Membership.objects.filter(structure=structure).exclude(user=lead).first()
    invited = invite_member(
        structure,
        email="nina@exemple.example",
        role=MembershipRole.READER,
        user=lead,
        base_url="http://localhost",
    )
    base = f"/structures/{structure.pk}/"
    own = inspector(lead)
    own.visit("/", base, widths=BOTH)
    own.visit(
        base + "modifier/",
        base + "journal/",
        base + "equipe/",
        f"{base}equipe/{member.pk}/role/",
        f"{base}equipe/{member.pk}/retirer/",
        base + "diagnostics/nouveau/",
        base + "supprimer/",
        f"/diagnostics/{diagnostic.pk}/supprimer/",
    )
    inspector().visit(f"/invitations/{invitation_token(invited)}/")
    reader = inspector(member.user)
    reader.visit(base + "modifier/", status=403)
    reader.visit(f"/structures/{uuid4()}/", status=404)


def test_a_submitted_diagnostic(inspector, demo):
    """What the team and the facilitator see while the answers are closed."""
    diagnostic = a_demo_diagnostic(demo, "Passerelles en Sorelle")
    base = f"/diagnostics/{diagnostic.pk}/"
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    closed = ("vision", "positioning", "territorial_scales", "economic_model")
    own = inspector(lead)
    own.visit(base, *(step_path(diagnostic, step) for step in closed), base + "retirer/")
    facilitator = User.objects.get(email="facilitation@rameau.example")
    office = inspector(facilitator)
    office.visit("/", "/portefeuille/", base + "rapport/", base + "fil-rouge/", widths=BOTH)
    office.visit(base + "demander-des-modifications/")
    office.visit(f"/structures/{diagnostic.structure_id}/facilitation/")
    office.page.goto(base + "relecture/")
    office.page.get_by_role("button", name="Demander des modifications").click()
    expect(office.page.locator(".error-summary")).to_be_focused()
    office.inspect("the page that asks for changes, without a reason")
    office.page.goto(base + "relecture/")
    office.page.locator("#relire-vision summary").click()
    office.page.get_by_role("button", name="Envoyer la demande").first.click()
    office.inspect("a request at a step, refused")
    office.visit(base + "valider/", base + "relecture/confier/", "/remarques/", "/compte/")
    office.visit("/portefeuille/invitations/", "/structures/nouvelle/")
    office.visit("/portefeuille/questions/", "/portefeuille/questions/R11/")
    for audience in Audience:
        talk = {"audience": audience, "kind": ThreadKind.COMMENT, "step": StepKey.VISION}
        who = lead if audience is Audience.TEAM else facilitator
        open_thread(diagnostic, **talk, text="Et ensuite ?", user=who, base_url="http://localhost")
    office.visit(base + "echanges/", widths=BOTH)
    own.visit(base + "echanges/", widths=BOTH)


def test_a_letter_and_a_structure_without_lead(inspector, demo):
    """What a facilitator does for several structures, or before a structure has its team."""
    facilitator = User.objects.get(email="facilitation@rameau.example")
    office = inspector(facilitator)
    office.page.goto("/portefeuille/")
    for box in office.page.locator("input[name=structure]").all():
        box.check()
    office.page.get_by_role("button", name="Écrire aux référent·es").click()
    expect(office.page.get_by_role("heading", level=1)).to_have_text("Écrire aux référent·es")
    office.inspect("a letter to leads", BOTH)
    office.page.get_by_role("button", name="Envoyer à 3 personnes").click()
    expect(office.page.locator(".error-summary")).to_be_focused()
    office.inspect("a letter refused")
    office.visit(f"/structures/{StructureFactory().pk}/referent/")
    office.visit(f"/messages/{leave_token(facilitator, Optional.COMMENTS)}/")


def test_a_validated_diagnostic(inspector, demo):
    """What its lead does with it: the board's decisions, or opening it again."""
    diagnostic = a_demo_diagnostic(demo, "Alliances Arvelle Métropole")
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    base = f"/diagnostics/{diagnostic.pk}/"
    own = inspector(lead)
    own.visit(base + "adopter/", widths=BOTH)
    own.visit(base + "rouvrir/")


@pytest.mark.parametrize("half", [0, 1])
def test_filled_steps(inspector, demo, half):
    """On both widths: the rows of a step are cards on a phone."""
    diagnostic = a_demo_diagnostic(demo, "Lien Brumelle")
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    steps = STEPS[half::2]
    inspector(lead).visit(*(step_path(diagnostic, step) for step in steps), widths=BOTH)


def test_pages_of_an_open_diagnostic(inspector, demo):
    diagnostic = a_demo_diagnostic(demo, "Lien Brumelle")
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    base = f"/diagnostics/{diagnostic.pk}/"
    own = inspector(lead)
    own.visit(base, base + "modifier/", base + "soumettre/", base + "coherence/")
    own.visit(base + "relecture/", base + "rapport/", widths=BOTH)
    years = {"title": "La suite", "base_year": 2029, "horizon_years": 3}
    following = open_next_diagnostic(diagnostic, **years, user=lead)
    following.answers.filter(step="objectives").delete()  # there is a reason to write
    own.visit(f"/diagnostics/{following.pk}/comparer/?avec={diagnostic.pk}", widths=BOTH)
    own.visit(f"/diagnostics/{following.pk}/etapes/economic_model/")
    own.visit(f"/structures/{diagnostic.structure_id}/")
    own.visit(base + "fil-rouge/")
    page = own.page
    page.locator("summary", has_text="A2 Café partenaires trimestriel").first.click()
    page.get_by_role("button", name="Relier : A2 Café partenaires trimestriel").click()
    expect(page.locator(".error-summary")).to_be_focused()
    own.inspect("a link refused")
    answer = diagnostic.answers.get(step="activities")
    theirs = load_answer(StepKey.ACTIVITIES, answer.shape_value())
    theirs.rows = [row for row in theirs.rows if row.id != "b2"]
    changed = {"internal_note": "", "base_revision": answer.revision, "user": lead}
    save_answer(diagnostic, theirs, **changed)
    page.get_by_label("Aucun objectif, volontairement").first.check()
    page.get_by_role("button", name="Relier : A2 Café partenaires trimestriel").click()
    expect(page.get_by_role("alert")).to_be_focused()
    own.inspect("a link that comes after somebody else’s save")


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.thorough
def test_empty_steps(inspector, kit, half):
    diagnostic, lead = a_diagnostic()
    own = inspector(lead)
    own.visit(*(step_path(diagnostic, step) for step in STEPS[half::2]))
    if half:
        own.visit(f"/diagnostics/{diagnostic.pk}/", f"/diagnostics/{diagnostic.pk}/relecture/")


@pytest.mark.thorough
def test_errors_conflict_and_changes_requested(inspector, demo):
    diagnostic = a_demo_diagnostic(demo, "Passerelles en Sorelle")
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    office = User.objects.get(email="facilitation@rameau.example")
    request_changes(
        diagnostic, reason="Précisez\n\nles moyens.", user=office, base_url="http://localhost"
    )
    own = inspector(lead)
    base = f"/diagnostics/{diagnostic.pk}/"
    own.visit(base, base + "relecture/")
    page = own.page
    page.locator("#soumettre").get_by_role("link", name="Soumettre…").click()
    page.get_by_role("button", name="Soumettre le diagnostic").click()
    expect(page.locator(".error-summary")).to_be_focused()
    own.inspect("a submission without its confirmation")

    page.goto(step_path(diagnostic, "objectives"))
    row(page, "Objectif", 1).get_by_label("Valeur cible").fill("beaucoup")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator(".error-summary")).to_be_focused()
    own.inspect("a step refused")

    page.goto(step_path(diagnostic, "vision"))
    row(page, "Énoncé", 1).get_by_label("Énoncé").fill("Autre chose")
    answer = diagnostic.answers.get(step="vision")
    theirs = Vision(statements=[VisionStatement(id="v1", text="Entre-temps")])
    save_answer(
        diagnostic,
        theirs,
        internal_note="",
        base_revision=answer.revision,
        user=User.objects.get(email="contributeur@sorelle.example"),
    )
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_role("region", name="À choisir")).to_be_visible()
    own.inspect("a conflict")
    own.visit(f"{step_path(diagnostic, 'vision')}historique/?de={answer.revision}&a=99")
