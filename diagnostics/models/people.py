"""People: one account per person, e-mail as the login."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind, Labelled
from diagnostics.typography import french_date


class CommentMails(Labelled):
    """When a person is told by mail of comments."""

    AT_ONCE = "at_once", "Tout de suite"
    DAILY = "daily", "Une fois par jour"
    NEVER = "never", "Jamais"


class UserManager(BaseUserManager["User"]):
    """Creates accounts; there is no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an account; the e-mail is kept in its one spelling."""
        user = self.model(email=normalise_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an administrator of Le RAMEAU (Django admin), at a terminal; journalled.

        Their address is taken for proved, as the sign-in asks.
        """
        from allauth.account.models import EmailAddress  # not loaded yet when this module is

        from diagnostics.models.journal import Event  # it imports this module

        with transaction.atomic(using=self._db):
            user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            Event.objects.create(kind=EventKind.SUPERUSER_GIVEN.value, person=user)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        """Find an account however the case or the domain of its e-mail is typed."""
        return self.get(email__iexact=normalise_address(email or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person; what they may do to a diagnostic comes from memberships and ``is_facilitator``."""

    email = models.EmailField("adresse e-mail", max_length=254, unique=True)
    name = models.CharField("nom affiché", max_length=120, blank=True)
    is_facilitator = models.BooleanField(
        "facilitateur·rice",
        default=False,
        help_text="Voit toutes les structures, relit et valide les diagnostics.",
    )
    is_staff = models.BooleanField(
        "administration",
        default=False,
        help_text="Accède à l’administration (textes du kit, comptes).",
    )
    is_active = models.BooleanField("actif", default=True)
    comment_mails = models.CharField(
        "mails des commentaires",
        max_length=10,
        choices=CommentMails.choices(),
        default=CommentMails.AT_ONCE.value,
    )
    reminder_mails = models.BooleanField("mails de rappel", default=True)
    # A facilitator away: until when, and who reviews meanwhile.
    absent_from = models.DateField("absent·e du", null=True, blank=True)
    absent_until = models.DateField("au", null=True, blank=True)
    stand_in = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="remplacé·e par",
        limit_choices_to={"is_facilitator": True},
    )
    # The portfolio as this facilitator saw it last: what follows the « ? » of its address.
    portfolio_view = models.CharField(max_length=500, blank=True, editable=False)
    # When the account was erased at its owner's request or by the rule of inactive ones: what they wrote
    # remains, by « Ancien membre ».
    erased_at = models.DateTimeField("effacé le", null=True, blank=True, editable=False)
    date_joined = models.DateTimeField("inscrit le", default=timezone.now)
    # To a day or so, by the sessions (``diagnostics.sessions``): one session may last for years.
    last_seen_at = models.DateTimeField("vu·e le", null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Un compte existe déjà pour cette adresse.",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(is_active=False, is_staff=False, is_superuser=False, is_facilitator=False),
                name="user_erased_has_no_right",
                violation_error_message="Un compte effacé ne se réactive pas.",
            ),
            models.CheckConstraint(
                condition=Q(absent_from=None, absent_until=None)
                | Q(
                    absent_from__isnull=False,
                    absent_until__isnull=False,
                    absent_until__gte=F("absent_from"),
                ),
                name="user_absence_ends_after_it_begins",
                violation_error_message="L’absence finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name shown to the others: the one chosen, else what precedes the @."""
        return self.name or self.email.partition("@")[0]

    def is_away(self, day: dt.date) -> bool:
        """Tell whether a facilitator said that they are away on a day."""
        if self.absent_from is None or self.absent_until is None:
            return False
        return self.absent_from <= day <= self.absent_until

    @property
    def absence(self) -> str:
        """The absence of today, in words, with who reviews meanwhile; empty when there is none."""
        if self.absent_until is None or not self.is_away(timezone.localdate()):
            return ""
        words = f"absent·e jusqu’au {french_date(self.absent_until)}"
        return f"{words}, remplacé·e par {self.stand_in}" if self.stand_in else words
