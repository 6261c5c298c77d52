"""Addresses that were kept as they were typed get their one spelling (the domain in ASCII).

Where it is somebody else's already, or the same person's second address, nothing is changed: the
address is told in the log, for staff to settle with the person. Invitations keep theirs: the links in
their mails are made of it, and they end within fourteen days.
"""

import logging
from typing import Any

from django.db import migrations

from diagnostics.domain.addresses import normalise_address

logger = logging.getLogger(__name__)


def normalise_stored(User: Any, EmailAddress: Any) -> list[tuple[int, str]]:
    """Rewrite the addresses of the accounts; return those that were left, as (account, address)."""
    holders: dict[str, set[int]] = {}
    for pk, email in User.objects.values_list("pk", "email"):
        holders.setdefault(normalise_address(email), set()).add(pk)
    for pk, email in EmailAddress.objects.filter(verified=True).values_list("user_id", "email"):
        holders.setdefault(normalise_address(email), set()).add(pk)
    left = []
    for user in User.objects.order_by("pk"):
        rows = list(EmailAddress.objects.filter(user_id=user.pk).order_by("pk"))
        for spelled in sorted({user.email, *(row.email for row in rows)}):
            kept = normalise_address(spelled)
            if kept == spelled:
                continue
            same = [row for row in rows if normalise_address(row.email) == kept]
            if holders.get(kept, set()) - {user.pk} or len(same) > 1:
                left.append((user.pk, spelled))
                continue
            User.objects.filter(pk=user.pk, email=spelled).update(email=kept)
            EmailAddress.objects.filter(user_id=user.pk, email=spelled).update(email=kept)
    return left


def forwards(apps: Any, schema_editor: Any) -> None:
    """Rewrite them, and tell what could not be."""
    models = apps.get_model("diagnostics", "User"), apps.get_model("account", "EmailAddress")
    for pk, spelled in normalise_stored(*models):
        logger.warning(
            "The address %s of account %s is left as it is: its usual spelling has another holder. "
            "Nobody signs in with it any more; settle with the person which account to keep.",
            spelled,
            pk,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("diagnostics", "0016_kept_text_pages"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
