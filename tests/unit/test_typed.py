"""What is given back of a form that could not be stored: what a person wrote, nothing of the page's."""

from __future__ import annotations

from django.test import RequestFactory

from diagnostics.views.typed import every_text


def test_what_a_page_writes_by_itself_is_not_given_back_as_typed():
    sent_by_a_step = {
        "csrfmiddlewaretoken": "b6Ff0",
        "base_revision": "2",
        "once": "542ede8c369d58ff",
        "page": "6f45f7c4137d",  # which of a browser's pages saves
        "sent": "2",  # and how often it did
        "was": "3",
        "had": "b1",
        "counted": "f0e1",
        "current_step": "vision",
        "vision-statements-TOTAL_FORMS": "1",
        "vision-statements-INITIAL_FORMS": "1",
        "vision-statements-0-id": "vtk34x",
        "territorial_scales-rows-0-subject": "activity:b1",
        "subject": "Notre rendez-vous",
        "vision-statements-0-text": "Un territoire qui coopère",
        "economic_model-amount": "12",
    }
    request = RequestFactory().post("/", sent_by_a_step)

    assert every_text(request) == ["Notre rendez-vous", "Un territoire qui coopère", "12"]
