"""The secret key of a start without configuration, kept beside its data."""

import contextlib
import os
import secrets

from rameau_diag.folders import secret_key_file


def make_secret_key() -> None:
    """Make the key kept with the data, once, unless ``SECRET_KEY`` is given."""
    path = secret_key_file()
    if os.environ.get("SECRET_KEY", "").strip() or path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"secret_key.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
        os.link(new, path)
    new.unlink()
