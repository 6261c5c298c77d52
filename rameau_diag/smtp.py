"""How long one waits for a mail server.

Whoever hangs up between the message and its « 250 OK » cannot know whether it was taken, and sends it
again: RFC 5321 (4.5.3.2.6) asks for ten minutes of patience there. Before, a mail server that says
nothing is left soon: nothing was handed over.
"""

import smtplib

from django.core.mail.backends import smtp

ACCEPTING = 600.0  # seconds, from the message's end to the answer


class _Patient(smtplib.SMTP):
    def data(self, msg: bytes | str) -> tuple[int, bytes]:  # type: ignore[override]
        """Hand a message over, and wait for the answer as long as it takes."""
        usual = self.timeout
        if self.sock is not None:
            self.sock.settimeout(ACCEPTING)
        try:
            return super().data(msg)
        finally:
            if self.sock is not None:
                self.sock.settimeout(usual)


class _PatientOverTLS(_Patient, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's own, with the patience of the standard for the one answer that counts."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return what talks to the server."""
        return _PatientOverTLS if self.use_ssl else _Patient
