"""The last mail to somebody: their account is erased."""

from __future__ import annotations

from uuid import uuid4

from diagnostics.domain.retention import BACKUP_DAYS
from diagnostics.notifications.letters import Letter, Words
from diagnostics.services.mails import queue_farewell


def tell_erased(address: str, name: str) -> None:
    """Queue the mail that says that an account is erased, in the caller's transaction."""
    letter = Letter(
        "Votre compte est effacé",
        (
            Words(
                "Votre compte est effacé\u00a0: votre nom, votre adresse et ce qui n’était qu’à vous "
                "ne sont plus sur le site. Ce que vous avez écrit dans les diagnostics reste à leurs "
                "structures, au nom d’un «\u00a0ancien membre\u00a0»."
            ),
            Words(
                f"Les copies de secours faites avant aujourd’hui disparaissent en {BACKUP_DAYS} jours "
                "au plus. C’est notre dernier message\u00a0: nous n’avons plus votre adresse."
            ),
        ),
        greeting=name,
    )
    queue_farewell(
        key=f"farewell:{uuid4()}",
        address=address,
        subject=letter.title,
        text=letter.as_text(),
        html=letter.as_html(),
    )
