"""The secret key of a start without configuration, kept beside its data."""

import contextlib
import os
import secrets

from rameau_diag.folders import data_dir


def kept_secret_key(*, create: bool) -> str:
    """Answer the key kept in ``.data/secret_key``, made once; empty when there is none."""
    path = data_dir() / "secret_key"
    if not path.exists() and create:
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
    return path.read_text().strip() if path.exists() else ""
