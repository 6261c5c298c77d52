"""How long what people give is kept; the pages and ``docs/personal-data.md`` say the same."""

from __future__ import annotations

# Days without a visit after which the owner of an account is warned, then the account is erased.
IDLE_ACCOUNT_DAYS = 730
# Days without a change after which the lead of a draft that was never submitted is warned, then it is
# erased.
IDLE_DRAFT_DAYS = 730
# Days between the warning, once it left, and the erasure.
GRACE_DAYS = 30
# Days that a draft which its lead deleted is still there, if it was a mistake.
DELETED_DRAFT_DAYS = 365
# Days after which the texts of mails are forgotten (:func:`diagnostics.services.mails.purge_mails`).
MAIL_TEXTS_DAYS = 30
# Days that a session lasts after it was used last (setting ``SESSION_COOKIE_AGE``).
SESSION_DAYS = 14
# Days after which nothing is left in the copies of the database that were made before: the timer of
# deploy/systemd removes older ones.
BACKUP_DAYS = 30
