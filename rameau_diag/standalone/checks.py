"""What can be refused before anything is installed or started, each in one French sentence.

Standard library only: ``scripts/make.py`` asks before there is anything else.
"""

import os
import socket
import time

HOST = "127.0.0.1"


class StartError(Exception):
    """The start cannot go on; the message is a French sentence for the person."""


def checked_number(name: str, default: int, low: int, high: int) -> int:
    """Answer the number that an environment variable holds."""
    text = os.environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise StartError(f"{name}={text} : il faut un nombre entier de {low} à {high}.")
    return int(text)


def claimed_port(port: int) -> socket.socket:
    """Answer a socket that listens on the port; connections wait until gunicorn takes them."""
    deadline = time.monotonic() + 3  # what a killed supervisor left is still stopping
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(256)
        except PermissionError:
            listener.close()
            raise StartError(
                f"Le port {port} est réservé à root : choisissez-en un autre, par exemple "
                "« PORT=8000 make run »."
            ) from None
        except OSError:
            listener.close()
            if time.monotonic() > deadline:
                raise StartError(
                    f"Le port {port} est déjà pris par un autre programme : choisissez-en un "
                    f"autre, par exemple « PORT={port + 1 if port < 65535 else 8000} make run »."
                ) from None
            time.sleep(0.1)
        else:
            return listener


def checked_environment() -> None:
    """Check what can be checked before anything is installed or started."""
    checked_number("WEB_CONCURRENCY", 4, 1, 64)
    claimed_port(checked_number("PORT", 8000, 1, 65535)).close()
