"""Where the project is, and where it keeps what lasts."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Where everything durable lives: ``.data`` of the repository, or ``DATA_DIR``."""
    return (REPOSITORY / os.path.expanduser(os.environ.get("DATA_DIR") or ".data")).resolve()


def secret_key_file() -> Path:
    """Where ``make run`` keeps the secret key that it made."""
    return data_dir() / "secret_key"
