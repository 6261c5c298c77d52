"""The people of the demo data: printed by ``make run``, created by ``load_demo``."""

from typing import NamedTuple


class DemoAccount(NamedTuple):
    """Somebody who may sign in to the demo data."""

    email: str
    role: str
    hint: str = ""


DEMO_ACCOUNTS = (
    DemoAccount("referent@brumelle.example", "référent, diagnostic ouvert", "à essayer"),
    DemoAccount("referente@sorelle.example", "référente, diagnostic soumis"),
    DemoAccount("contributeur@sorelle.example", "contributeur"),
    DemoAccount("lecture@sorelle.example", "lecture seule"),
    DemoAccount("referente@arvelle.example", "référente, diagnostic validé"),
    DemoAccount("facilitation@rameau.example", "facilitation du RAMEAU"),
    DemoAccount("admin@rameau.example", "administration du RAMEAU"),
)
