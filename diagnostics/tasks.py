"""Jobs of the worker; services and notifications defer them by name.

procrastinate imports this module by itself (its setting AUTODISCOVER_MODULE_NAME, « tasks »).
"""

from __future__ import annotations

import contextlib

from django.db import transaction
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from diagnostics import notifications, printing
from diagnostics.models import Diagnostic, Invitation, Message
from diagnostics.report.renderer import Bounds, RendererFailed, RenderingStopped
from diagnostics.report.turns import Busy
from diagnostics.services.answers import purge_recent_answers
from diagnostics.services.once import purge_sent_forms
from diagnostics.services.presence import purge_presences
from diagnostics.services.renderings import purge_renderings

# About three hours in all: the time for a mail server to come back.
MAIL_RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
# Whoever asks for the PDF meanwhile has it printed as well.
PRINT_RETRY = RetryStrategy(
    max_attempts=4, exponential_wait=3, retry_exceptions=[Busy, RendererFailed]
)


# Seconds without a sign of life of a worker, which gives one every ten seconds.
SIGN_OF_LIFE = 60
# Nobody waits for the worker: a submitted report of hundreds of pages has the time it takes.
PATIENT = Bounds(seconds=180.0)


@app.task(name="send_mail", retry=MAIL_RETRY)
def send_mail(*, to: str, subject: str, text: str, html: str) -> None:
    """Send a mail that was rendered when it was queued."""
    notifications.Mail(to=to, subject=subject, text=text, html=html).send()


@app.task(name="send_invitation", retry=MAIL_RETRY)
def send_invitation(*, invitation_id: int, base_url: str) -> None:
    """Send the link of an invitation, unless it was cancelled, replaced or accepted meanwhile."""
    invitation = (
        Invitation.objects.pending()
        .select_related("structure", "invited_by")
        .filter(pk=invitation_id)
        .first()
    )
    if invitation is not None:
        notifications.invitation_mail(invitation, base_url=base_url).send()


@app.task(name="mail_submitted", retry=MAIL_RETRY)
def mail_submitted(*, diagnostic_id: str, base_url: str) -> None:
    """Tell the facilitators of a submission."""
    diagnostic = Diagnostic.objects.select_related("structure__facilitator").get(pk=diagnostic_id)
    with transaction.atomic():
        notifications.diagnostic_submitted(diagnostic, base_url=base_url)


@app.task(name="mail_submission_withdrawn", retry=MAIL_RETRY)
def mail_submission_withdrawn(*, diagnostic_id: str, base_url: str) -> None:
    """Tell the facilitators that there is nothing to review any more."""
    diagnostic = Diagnostic.objects.select_related("structure__facilitator").get(pk=diagnostic_id)
    with transaction.atomic():
        notifications.submission_withdrawn(diagnostic, base_url=base_url)


@app.task(name="mail_changes_requested", retry=MAIL_RETRY)
def mail_changes_requested(*, diagnostic_id: str, thread_id: int | None, base_url: str) -> None:
    """Tell the team what the facilitator asks."""
    diagnostic = Diagnostic.objects.select_related("structure").get(pk=diagnostic_id)
    with transaction.atomic():
        notifications.changes_requested(diagnostic, thread_id=thread_id, base_url=base_url)


@app.task(name="mail_reopened", retry=MAIL_RETRY)
def mail_reopened(*, diagnostic_id: str, thread_id: int | None, base_url: str) -> None:
    """Tell the team and the facilitator that the diagnostic is open again."""
    diagnostic = Diagnostic.objects.select_related("structure__facilitator").get(pk=diagnostic_id)
    with transaction.atomic():
        notifications.diagnostic_reopened(diagnostic, thread_id=thread_id, base_url=base_url)


@app.task(name="mail_adopted", retry=MAIL_RETRY)
def mail_adopted(*, diagnostic_id: str, base_url: str) -> None:
    """Tell the team and the facilitator what the board decided."""
    diagnostic = Diagnostic.objects.select_related("structure__facilitator").get(pk=diagnostic_id)
    with transaction.atomic():
        notifications.diagnostic_adopted(diagnostic, base_url=base_url)


@app.task(name="mail_message", retry=MAIL_RETRY)
def mail_message(*, message_id: int, base_url: str) -> None:
    """Tell those who read a thread what was said in it."""
    message = Message.objects.select_related("author", "thread__diagnostic__structure").get(
        pk=message_id
    )
    with transaction.atomic():
        notifications.message_written(message, base_url=base_url)


@app.task(name="mail_validated", retry=MAIL_RETRY)
def mail_validated(*, diagnostic_id: str, base_url: str) -> None:
    """Tell the team that its diagnostic is validated."""
    diagnostic = Diagnostic.objects.select_related("structure").get(pk=diagnostic_id)
    with transaction.atomic():
        notifications.diagnostic_validated(diagnostic, base_url=base_url)


@app.task(name="print_last_version", retry=PRINT_RETRY)
def print_last_version(*, diagnostic_id: str) -> None:
    """Print the report and the synthesis of the last submitted version, unless they are kept."""
    diagnostic = Diagnostic.objects.select_related("structure", "kit").get(pk=diagnostic_id)
    edition = printing.last_version(diagnostic)
    if edition is None:
        return
    for kind in printing.Kind:
        with contextlib.suppress(RenderingStopped):  # logged; the page of the report says it
            printing.obtain(printing.printable_report(edition, kind), PATIENT)


@app.periodic(cron="17 3 * * *")
@app.task(name="purge_renderings")
def purge_old_renderings(timestamp: int) -> None:
    """Remove the PDFs of what was being written a week ago."""
    purge_renderings(timezone.now())


@app.periodic(cron="37 * * * *")
@app.task(name="purge_recent_answers")
def purge_answers_replaced_yesterday(timestamp: int) -> None:
    """Remove what serves for a day: replaced values, who was seen, forms that were sent."""
    purge_recent_answers(timezone.now())
    purge_presences(timezone.now())
    purge_sent_forms(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="restart_stalled_jobs", queueing_lock="restart_stalled_jobs", pass_context=True)
async def restart_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Start again what a worker that was killed had begun; nobody else would."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SIGN_OF_LIFE):
        await jobs.retry_job(job)
