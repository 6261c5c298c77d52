"""A structure's lead is told who follows it now, or reviews its diagnostic, and how to reach them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import tasks
from diagnostics.domain.vocabulary import State
from diagnostics.models import QueuedMail, Structure
from diagnostics.services.facilitation import change_facilitator
from diagnostics.services.portfolio import assign_structures
from diagnostics.services.reviews import hand_over_review
from tests.factories import MembershipFactory, StructureFactory, UserFactory
from tests.scene import make_scene

pytestmark = pytest.mark.django_db


def told() -> list[QueuedMail]:
    """Do what was queued to tell leads, twice as after a crash; return the mails, by structure told."""
    for job in ProcrastinateJob.objects.filter(task_name="mail_facilitator").order_by("pk"):
        for _ in range(2):
            tasks.mail_facilitator(**job.args)
    return list(QueuedMail.objects.filter(kind="facilitator").order_by("pk"))


def test_the_lead_is_told_the_name_and_how_to_reach_who_follows_the_structure():
    scene = make_scene()
    other = UserFactory(facilitator=True, name="Olivier Ormeau", email="olivier@exemple.example")
    change_facilitator(scene.structure, to=other, user=scene.facilitator)
    change_facilitator(scene.structure, to=other, user=scene.facilitator)  # nothing changes
    (mailed,) = told()
    assert (mailed.person, mailed.subject) == (
        scene.lead,
        "Olivier Ormeau suit maintenant la structure «\u00a0Confidence de la structure\u00a0»",
    )
    assert mailed.headers["Reply-To"] == "Olivier Ormeau <olivier@exemple.example>"
    for words in (
        "Olivier Ormeau, de la facilitation, suit maintenant",
        "écrivez à olivier@exemple.example",
        reverse("structure_detail", args=[scene.structure.pk]),
    ):
        assert words in mailed.text
        assert words in mailed.html


def test_each_lead_is_told_when_several_structures_are_assigned():
    facilitator, other = (UserFactory(facilitator=True) for _ in range(2))
    structures = [StructureFactory(lead=True) for _ in range(3)]
    MembershipFactory(structure=structures[0])  # a contributor reads of it on the page
    own = StructureFactory(lead=True)
    MembershipFactory(structure=own, user=other, role="reader")
    without = StructureFactory()
    chosen = [one.pk for one in (*structures, own, without)]
    done = assign_structures(chosen, facilitator=other, user=facilitator)
    assert ({one.pk for one in done.changed}, done.refused) == (
        {one.pk for one in (*structures, without)},
        [own],
    )
    leads = {one.memberships.get(role="lead").user for one in structures}
    mailed = told()
    assert ({one.person for one in mailed}, len(mailed)) == (leads, 3)


def test_nobody_is_told_of_who_was_replaced_meanwhile_nor_of_nobody():
    scene = make_scene()
    first, second = (UserFactory(facilitator=True) for _ in range(2))
    for person in (first, None, second):
        change_facilitator(scene.structure, to=person, user=scene.facilitator)
    (mailed,) = told()
    assert second.email in mailed.text
    assert first.email not in mailed.text


def test_the_lead_is_told_who_reviews_once_it_is_handed_over():
    scene = make_scene(State.SUBMITTED)
    other = UserFactory(facilitator=True, name="Odile")
    hand_over_review(scene.diagnostic, to=other, words="Entre nous.", user=scene.facilitator)
    hand_over_review(scene.diagnostic, to=other, words="Encore un mot.", user=scene.facilitator)
    (mailed,) = told()
    assert (mailed.person, mailed.subject, mailed.diagnostic) == (
        scene.lead,
        "Odile relit maintenant le diagnostic de Confidence de la structure",
        scene.diagnostic,
    )
    assert other.email in mailed.text
    assert "Entre nous" not in mailed.text  # between facilitators


def test_assigning_costs_the_same_for_one_structure_as_for_many():
    facilitator = UserFactory(facilitator=True)
    costs = []
    for number in (1, 12):
        chosen = [StructureFactory(lead=True).pk for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            done = assign_structures(chosen, facilitator=facilitator, user=facilitator)
        assert len(done.changed) == number
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert Structure.objects.filter(facilitator=facilitator).count() == 13
