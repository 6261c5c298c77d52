"""A list of addresses, pasted as it is, with and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Invitation
from tests.browser.helpers import a_diagnostic
from tests.browser.inspection import Inspector

PASTED = (
    "Jeanne Martin <jeanne@x.example>; claire@x.example\n"
    "“Dupont, Paul” <paul@exämple.example>\n"
    "jeanne @x.example"
)


# Without JavaScript, what the server answers: tests/integration/test_inviting.py.
@pytest.mark.parametrize("has_javascript", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_a_list_is_invited_and_what_is_left_is_corrected(open_browser, kit, has_javascript):
    diagnostic, lead = a_diagnostic()
    lead.email = "claire@x.example"
    lead.save()
    page = open_browser(lead, java_script_enabled=has_javascript)
    page.goto(f"/structures/{diagnostic.structure_id}/equipe/")
    field = page.get_by_label("Adresses e-mail")
    field.fill(PASTED)
    send = page.get_by_role("button", name="Envoyer les invitations")
    send.click()

    told = page.get_by_role("region", name="2 invitations envoyées")
    expect(told.get_by_role("listitem")).to_have_count(4)
    for address, outcome in [
        ("jeanne@x.example", "Invitée"),
        ("claire@x.example", "Membre"),
        ("paul@exämple.example", "Invitée"),
        ("jeanne @x.example", "À reprendre"),
    ]:
        line = told.get_by_role("listitem").filter(has_text=address)
        expect(line.locator(".task-state")).to_contain_text(outcome)
    if has_javascript:
        expect(told).to_be_focused()
        inspected(page, "the addresses told")
    # What was refused is in the field, to be corrected there.
    expect(field).to_have_value("jeanne @x.example")
    field.fill("jeanne.b@x.example, paul@xn--exmple-cua.example")
    send.click()
    told = page.get_by_role("region", name="1 invitation envoyée")
    expect(told).to_contain_text("Déjà invitée, sans réponse pour l’instant.")
    expect(
        told.get_by_role("button", name="Renvoyer l’invitation de paul@exämple.example")
    ).to_have_count(1)
    expect(field).to_have_value("")
    assert Invitation.objects.pending().count() == 3

    field.fill("personne")
    send.click()
    expect(page.locator(".error-summary")).to_contain_text("Aucune adresse n’a pu être lue")
    expect(field).to_have_value("personne")
    if has_javascript:
        inspected(page, "nothing could be read")


def inspected(page: Page, name: str) -> None:
    inspector = Inspector(page)
    inspector.inspect(name)
    assert inspector.problems == []
