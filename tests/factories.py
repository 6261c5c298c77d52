"""Factories: valid rows, with no surprise; what a test is about, it says itself."""

from pathlib import Path

import factory
from allauth.account.models import EmailAddress
from django.conf import settings
from factory.django import DjangoModelFactory

from diagnostics.domain.vocabulary import LegalForm, MembershipRole, TerritorialScale
from diagnostics.models import Diagnostic, Kit, Membership, Structure, User
from diagnostics.services.kit import load_kit

PASSWORD = "correct-horse-battery"
KIT_FILE = Path(settings.BASE_DIR) / "fixtures" / "kit_2013.json"


def the_kit() -> Kit:
    """Return the kit of 2013, loaded once per test."""
    return Kit.objects.filter(slug="rameau-2013").first() or load_kit(KIT_FILE)


class UserFactory(DjangoModelFactory):
    """A person; ``verified=True`` lets them sign in through the pages (``PASSWORD``)."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        facilitator = factory.Trait(is_facilitator=True)
        staff = factory.Trait(is_staff=True, is_superuser=True)

    email = factory.Sequence(lambda n: f"personne{n}@exemple.example")
    name = factory.Sequence(lambda n: f"Personne {n}")

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        if extracted:
            self.set_password(PASSWORD)
            self.save(update_fields=["password"])
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class StructureFactory(DjangoModelFactory):
    """A structure; ``lead=<user>`` (or ``lead=True``) gives it one."""

    class Meta:
        model = Structure
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Structure {n}")
    legal_form = LegalForm.ASSOCIATION.value
    territory = factory.Sequence(lambda n: f"Bassin de vie {n}")
    base_scale = TerritorialScale.LIVING_AREA.value

    @factory.post_generation
    def lead(self, create, extracted, **kwargs):
        if extracted:
            user = extracted if isinstance(extracted, User) else UserFactory()
            MembershipFactory(structure=self, user=user, role=MembershipRole.LEAD.value)


class MembershipFactory(DjangoModelFactory):
    """A contributor of a structure."""

    class Meta:
        model = Membership

    structure = factory.SubFactory(StructureFactory)
    user = factory.SubFactory(UserFactory)
    role = MembershipRole.CONTRIBUTOR.value


class DiagnosticFactory(DjangoModelFactory):
    """A draft diagnostic of a structure without team, with the kit of 2013."""

    class Meta:
        model = Diagnostic

    structure = factory.SubFactory(StructureFactory)
    kit = factory.LazyFunction(the_kit)
    title = factory.LazyAttribute(
        lambda d: f"Ambition {d.base_year}–{d.base_year + d.horizon_years}"
    )
    base_year = 2026
    horizon_years = 3
    created_by = factory.SubFactory(UserFactory)
