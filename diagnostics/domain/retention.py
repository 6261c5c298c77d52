"""How long what people give is kept; the pages say the same."""

from __future__ import annotations

# Days after which the texts of mails are forgotten (:func:`diagnostics.services.mails.purge_mails`).
MAIL_TEXTS_DAYS = 30
# Days that a session lasts at most (setting ``SESSION_COOKIE_AGE``).
SESSION_DAYS = 14
# Days after which nothing is left in the copies of the database that were made before: whoever runs the
# site removes older ones.
BACKUP_DAYS = 90
