"""The kit as data: its texts, questions and examples, editable without a release.

A kit is loaded once from a file by :func:`diagnostics.services.kit.load_kit`, then edited in the
admin. A diagnostic keeps its kit for life, so nothing here is shared between two kits. What people can
change of a row are its ``texts``; its ``path`` and its ``place`` say where it stands (:class:`KitChange`).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from diagnostics.domain.coherence import RULES, BadThresholds, load_thresholds
from diagnostics.domain.malformed import Malformed
from diagnostics.domain.prefill import check_prefill
from diagnostics.typography import NBSP, french_month, quoted

KEY_LENGTH = 40
NUMBER_LENGTH = 10
TITLE_LENGTH = 200
LINE_LENGTH = 300

year_month = RegexValidator(
    r"\A(19|20)\d\d-(0[1-9]|1[0-2])\Z", "Écrivez l’année et le mois : 2013-03."
)


def valid_thresholds(value: Any) -> None:
    """Refuse what the rules of coherence cannot take as thresholds, with a sentence each."""
    try:
        load_thresholds(value)
    except BadThresholds as error:
        raise ValidationError(error.problems) from error


def known_rules(value: Any) -> None:
    """Refuse what is no list of rules."""
    if not isinstance(value, list) or not all(rule in RULES for rule in value):
        raise ValidationError("Une liste de règles est attendue : R14, S1, C5…")


class Kit(models.Model):
    """A published questionnaire, with what its readers must know of it."""

    texts = (
        *("title", "motto", "credit", "introduction", "plan_title", "plan"),
        *("corrections", "reconstructions", "thresholds", "trials"),
    )

    slug = models.SlugField("identifiant", max_length=KEY_LENGTH, db_index=False)
    title = models.CharField("titre", max_length=LINE_LENGTH)
    published = models.CharField(
        "mois de publication", max_length=7, validators=[year_month], help_text="Exemple : 2013-03."
    )
    motto = models.CharField("devise", max_length=LINE_LENGTH, blank=True)
    credit = models.CharField("mention de la source", max_length=LINE_LENGTH)
    introduction = models.JSONField(
        "introduction",
        default=list,
        blank=True,
        help_text='Liste de paragraphes : {"text": "…", "children": [paragraphes de même forme]}.',
    )
    plan_title = models.CharField("titre du plan", max_length=LINE_LENGTH, blank=True)
    plan = models.JSONField("plan", default=list, blank=True, help_text="Liste de titres.")
    corrections = models.JSONField(
        "corrections",
        default=list,
        blank=True,
        help_text='Pour la page « À propos » : {"text_2013": "…", "text": "…", "reason": "…"}.',
    )
    reconstructions = models.JSONField(
        "reconstructions et ajouts",
        default=list,
        blank=True,
        help_text='Pour la page « À propos » : {"title": "…", "text": "…"}.',
    )
    # Moved by triggers (migration 0003) whenever the kit or anything in it is written.
    changed_at = models.DateTimeField("modifié le", default=timezone.now, editable=False)
    thresholds = models.JSONField(
        "seuils de cohérence",
        default=dict,
        blank=True,
        validators=[valid_thresholds],
        help_text='Seuls les seuils qui changent : {"pace_info": 12}. Les comptes des listes suivent '
        "en quelques minutes.",
    )
    trials = models.JSONField(
        "questions en essai",
        default=list,
        blank=True,
        validators=[known_rules],
        help_text="Les règles dont la facilitation seule lit les points.",
    )

    class Meta:
        verbose_name = "kit"
        verbose_name_plural = "kits"
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="kit_slug_unique")]

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        """Read a field left empty as no threshold of its own."""
        self.thresholds = self.thresholds or {}

    @property
    def path(self) -> str:
        """Where it stands in its kit: nowhere, it is the kit."""
        return ""

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return "Le kit"

    @property
    def date_label(self) -> str:
        """The month of publication as people read it: « mars 2013 »."""
        return french_month(self.published)


class Part(models.Model):
    """A part of the questionnaire: an axis of the kit, or an addition after the four axes."""

    texts = ("title", "short_title")

    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="parts", verbose_name="kit")
    position = models.PositiveSmallIntegerField("position", validators=[MinValueValidator(1)])
    key = models.SlugField("clé", max_length=KEY_LENGTH, db_index=False)
    title = models.CharField("titre", max_length=TITLE_LENGTH)
    short_title = models.CharField("titre court", max_length=TITLE_LENGTH)
    in_kit = models.BooleanField(
        "dans le kit", default=True, help_text="Décoché pour une partie ajoutée au kit."
    )

    class Meta:
        verbose_name = "axe"
        verbose_name_plural = "axes"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["kit", "key"], name="part_kit_key_unique"),
            models.UniqueConstraint(
                fields=["kit", "position"],
                name="part_kit_position_unique",
                deferrable=models.Deferrable.DEFERRED,  # so that two of them can change places
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        """Where it stands in its kit: « parts/vision »."""
        return f"parts/{self.key}"

    @property
    def place(self) -> str:
        """Where it stands, in words: « Axe « Vision du territoire » »."""
        return f"Axe {quoted(self.short_title)}"


class Step(models.Model):
    """A step of the wizard: one screen, one answer."""

    texts = ("title", "short_title", "caption", "help")

    # Always the kit of the part: kept here for the uniqueness of the key within a kit.
    kit = models.ForeignKey(
        Kit, on_delete=models.CASCADE, related_name="steps", verbose_name="kit", editable=False
    )
    part = models.ForeignKey(
        Part, on_delete=models.CASCADE, related_name="steps", verbose_name="axe"
    )
    position = models.PositiveSmallIntegerField("position", validators=[MinValueValidator(1)])
    key = models.SlugField("clé", max_length=KEY_LENGTH, db_index=False)
    number = models.CharField(
        "numéro", max_length=NUMBER_LENGTH, blank=True, help_text="Le numéro du kit : « 2.1 »."
    )
    title = models.CharField("titre", max_length=TITLE_LENGTH)
    short_title = models.CharField(
        "titre court", max_length=TITLE_LENGTH, help_text="Pour la navigation entre les étapes."
    )
    caption = models.CharField(
        "légende", max_length=LINE_LENGTH, blank=True, help_text="La légende de la figure du kit."
    )
    help = models.TextField(
        "aide", blank=True, help_text="Conseils d’animation, deux ou trois phrases."
    )

    class Meta:
        verbose_name = "étape"
        verbose_name_plural = "étapes"
        ordering = ["part__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["kit", "key"], name="step_kit_key_unique"),
            models.UniqueConstraint(
                fields=["part", "position"],
                name="step_part_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the step in the kit of its part."""
        self.kit_id = self.part.kit_id
        super().save(*args, **kwargs)

    @property
    def path(self) -> str:
        """Where it stands in its kit: « steps/roles »."""
        return f"steps/{self.key}"

    @property
    def place(self) -> str:
        """Where it stands, in words: « Étape 2.1 (Rôles souhaités) »."""
        number = f"Étape {self.number}" if self.number else "Étape"
        return f"{number} ({self.short_title})"


class Question(models.Model):
    """A question of a step, in the kit's words."""

    texts = ("text",)

    step = models.ForeignKey(
        Step, on_delete=models.CASCADE, related_name="questions", verbose_name="étape"
    )
    position = models.PositiveSmallIntegerField("position", validators=[MinValueValidator(1)])
    number = models.PositiveSmallIntegerField(
        "numéro", validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    text = models.CharField("texte", max_length=LINE_LENGTH)

    class Meta:
        verbose_name = "question"
        verbose_name_plural = "questions"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "position"], name="question_step_position_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def kit(self) -> Kit:
        """The kit that it is of."""
        return self.step.kit

    @property
    def path(self) -> str:
        """Where it stands in its kit: « steps/roles/questions/3 »."""
        return f"{self.step.path}/questions/{self.pk}"

    @property
    def place(self) -> str:
        """Where it stands, in words: « Étape 2.1 (Rôles souhaités), question 2 »."""
        return f"{self.step.place}, question{NBSP}{self.number}"


class Example(models.Model):
    """An example of a step: a suggestion to start from, never a default."""

    texts = ("position", "group", "text", "text_2013", "note", "payload")

    step = models.ForeignKey(
        Step, on_delete=models.CASCADE, related_name="examples", verbose_name="étape"
    )
    position = models.PositiveSmallIntegerField("position", validators=[MinValueValidator(1)])
    group = models.CharField("groupe", max_length=TITLE_LENGTH, blank=True)
    text = models.CharField(
        "texte", max_length=LINE_LENGTH, help_text="Avec les noms d’aujourd’hui."
    )
    text_2013 = models.CharField(
        "texte de 2013",
        max_length=LINE_LENGTH,
        blank=True,
        help_text="La ligne du kit, à la lettre ; vide pour un ajout.",
    )
    note = models.TextField(
        "note", blank=True, help_text="Ce qui a changé depuis 2013, ou un mot à expliquer."
    )
    payload = models.JSONField(
        "lignes proposées",
        default=list,
        blank=True,
        help_text='Ce que l’exemple remplit : [{"formset": "rows", "values": {"champ": "valeur"}}].',
    )

    class Meta:
        verbose_name = "exemple"
        verbose_name_plural = "exemples"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "position"], name="example_step_position_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Refuse what the step cannot show as an example, with a sentence for each problem."""
        try:
            check_prefill(self.step.key, self.payload)
        except Malformed as error:
            raise ValidationError({"payload": [str(p) for p in error.problems]}) from error

    @property
    def kit(self) -> Kit:
        """The kit that it is of."""
        return self.step.kit

    @property
    def path(self) -> str:
        """Where it stands in its kit: « steps/roles/examples/12 »."""
        return f"{self.step.path}/examples/{self.pk}"

    @property
    def place(self) -> str:
        """Where it stands, in words: « Étape 2.1 (Rôles souhaités), exemple 3 »."""
        return f"{self.step.place}, exemple{NBSP}{self.position}"


class KitChange(models.Model):
    """A text of the kit that somebody changed: what it said before, and after.

    ``place`` names what it belongs to in words (« Étape 2.2 »), ``field`` the field's label; the
    values are what the field held, as JSON (None: there was none, or there is none any more).
    ``path`` says where it stands for the machine (« steps/roles/examples/12 », empty for the kit
    itself), ``name`` which field. ``changed_by``: None when the kit was loaded from its file.
    """

    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="changes")
    path = models.CharField("chemin", max_length=LINE_LENGTH, blank=True)
    place = models.CharField("où", max_length=LINE_LENGTH)
    name = models.CharField("nom du champ", max_length=KEY_LENGTH)
    field = models.CharField("champ", max_length=LINE_LENGTH)
    before = models.JSONField("avant", null=True, blank=True)
    after = models.JSONField("après", null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="par",
    )
    changed_at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "modification du kit"
        verbose_name_plural = "modifications du kit"
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.place}, {self.field}"
