"""A request is answered from the step's page, beside what is being typed there."""

import pytest
from playwright.sync_api import expect

from diagnostics.domain.conversation import Audience, ThreadKind
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, Thread
from diagnostics.services.conversation import open_thread
from tests.browser.helpers import a_diagnostic, step_path
from tests.browser.inspection import Inspector
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "Une animatrice à mi-temps dès 2027."


def test_a_request_is_answered_while_one_types(kit, open_browser):
    diagnostic, lead = a_diagnostic()
    thread = open_thread(
        diagnostic,
        audience=Audience.FACILITATION,
        kind=ThreadKind.REQUEST,
        text="Qui anime ?",
        step=StepKey.ORGANISATION,
        user=UserFactory(facilitator=True, name="Farid Facilitateur"),
        base_url="http://localhost",
    )
    page = open_browser(lead)
    page.goto(step_path(diagnostic, "organisation"))
    field, asked = (
        page.get_by_label("Organisation envisagée"),
        page.locator(f"#echange-{thread.pk}"),
    )
    field.fill(TYPED)

    answer = asked.get_by_label("Votre réponse")
    answer.fill("Voir ci-dessus")
    # As its corner does when it is dragged.
    answer.evaluate("field => { field.style.height = '12rem'; }")
    asked.get_by_role("button", name="C’est traité").click()

    expect(asked).to_contain_text("La demande est traitée")
    expect(asked.locator(".talk-text").last).to_have_text("Voir ci-dessus")
    expect(field).to_have_value(TYPED)
    expect(page.locator(".rail-step", has_text="Organisation")).to_contain_text("1 demande traitée")
    expect(page.locator("[data-save-state]")).to_contain_text("Enregistré")
    assert TYPED in str(Answer.objects.get(diagnostic=diagnostic, step="organisation").value)
    assert Thread.objects.get().state == "addressed"

    inspector = Inspector(page)
    inspector.inspect("a step with a thread")
    assert inspector.problems == []
