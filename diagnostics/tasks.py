"""Jobs of the worker; services and notifications defer them by name.

procrastinate imports this module by itself (its setting AUTODISCOVER_MODULE_NAME, « tasks »).
"""

from __future__ import annotations

import contextlib
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from diagnostics import notifications, printing
from diagnostics.domain.retention import MAIL_TEXTS_DAYS
from diagnostics.domain.workflow import TRANSITIONS, Transition
from diagnostics.editions import edition_of, last_editions
from diagnostics.models import Diagnostic, Event, Message, User
from diagnostics.report import turns
from diagnostics.report.renderer import Bounds, RendererFailed, RenderingStopped
from diagnostics.services.answers import purge_recent_answers
from diagnostics.services.expiring import carry_out
from diagnostics.services.jobs import put_back, stalled_jobs
from diagnostics.services.mails import keep_to_write, purge_mails, send_once
from diagnostics.services.once import purge_sent_forms
from diagnostics.services.open_sessions import purge_open_sessions
from diagnostics.services.presence import purge_presences
from diagnostics.services.questions import refresh_batch, refresh_what_was_never_counted
from diagnostics.services.renderings import ask_for_quiet_drafts, purge_renderings
from diagnostics.services.shared_values import purge_shared_values
from diagnostics.sessions import SessionStore

# The queue of what talks to the mail server, which may take minutes: nothing else waits for it.
MAILS = "mails"
# What a worker tells its jobs when it looks by itself after what nobody does.
LOOKS_AFTER = "looks after what nobody does"
# Attempts of a mail: a server that is away for a day loses nothing.
MAIL_ATTEMPTS = 48
# Whoever asks for the PDF meanwhile has it printed as well.
PRINT_ATTEMPTS = 4
PRINT_RETRY = RetryStrategy(
    max_attempts=PRINT_ATTEMPTS, exponential_wait=3, retry_exceptions=[turns.Busy, RendererFailed]
)


# Nobody waits for the worker: a submitted report of hundreds of pages has the time it takes.
PATIENT = Bounds(seconds=180.0)


# --- Mails ----------------------------------------------------------------------------------------


class MailRetry(BaseRetryStrategy):
    """Tries again ever more slowly, every hour at last: 43 hours in all."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when to try again; never, once all attempts have failed."""
        if job.attempts >= MAIL_ATTEMPTS:
            return None
        return RetryDecision(retry_in={"seconds": mail_wait(job.attempts)})


def mail_wait(attempts: int) -> int:
    """Return how many seconds to wait after a mail has failed once more than ``attempts`` times."""
    return min(60 << min(attempts, 6), 3600)


MAIL_RETRY = MailRetry()


@app.task(name="send_mail", queue=MAILS, retry=MAIL_RETRY)
def send_mail(
    *, mail_id: int | None = None, to: str = "", subject: str = "", text: str = "", html: str = ""
) -> None:
    """Send a mail that is kept, once.

    Jobs that were queued before mails were kept hold the whole of it.
    """
    if mail_id is None:
        notifications.send_plain(to, subject, text, html)
    else:
        send_once(mail_id, notifications.deliver)


@app.task(name="send_invitation", queue=MAILS, retry=MAIL_RETRY)
def send_invitation(*, invitation_id: int, base_url: str) -> None:
    """Send the link of an invitation, unless it was cancelled, replaced or accepted meanwhile."""
    invitation = notifications.invitation_of(invitation_id)
    if invitation is not None:
        mail, _is_new = keep_to_write(notifications.invitation_mail(invitation, base_url=base_url))
        send_once(mail.pk, notifications.deliver)


def _register_mail(transition: Transition) -> None:
    """Register the job that tells of a transition, under the name that the table gives it."""

    @app.task(name=transition.mail, retry=MAIL_RETRY)
    def tell(
        *,
        base_url: str,
        event_id: int | None = None,
        diagnostic_id: str | None = None,
        thread_id: int | None = None,
        change_request_id: int | None = None,
    ) -> None:
        """Tell everybody concerned; jobs queued by an older release name no event."""
        events = Event.objects.filter(kind=transition.event.value)
        if event_id is not None:
            events = events.filter(pk=event_id)
        elif diagnostic_id is not None:
            events = events.filter(diagnostic=UUID(diagnostic_id))
        else:
            events = events.filter(detail__request=change_request_id)
        event = events.select_related("actor", "diagnostic__structure", "diagnostic__kit").first()
        if event is not None:
            with transaction.atomic():
                notifications.tell_transition(event, thread_id=thread_id, base_url=base_url)


for _transition in TRANSITIONS:
    _register_mail(_transition)


@app.task(name="mail_handed_over", retry=MAIL_RETRY)
def mail_handed_over(*, event_id: int, thread_id: int | None) -> None:
    """Tell a facilitator that a review was handed over to them."""
    told = Event.objects.select_related("actor", "diagnostic__structure", "diagnostic__kit")
    with transaction.atomic():
        notifications.tell_hand_over(
            told.get(pk=event_id), thread_id=thread_id, base_url=settings.SITE_URL
        )


@app.task(name="mail_facilitator", retry=MAIL_RETRY)
def mail_facilitator(*, event_id: int) -> None:
    """Tell a structure's lead who follows it now, or reviews its diagnostic."""
    told = Event.objects.select_related("structure", "diagnostic__structure", "diagnostic__kit")
    with transaction.atomic():
        notifications.tell_lead(told.get(pk=event_id), base_url=settings.SITE_URL)


@app.task(name="mail_new_lead", retry=MAIL_RETRY)
def mail_new_lead(*, event_id: int) -> None:
    """Tell somebody that a structure was handed over to them."""
    told = Event.objects.select_related("structure", "person", "actor")
    with transaction.atomic():
        notifications.tell_new_lead(told.get(pk=event_id), base_url=settings.SITE_URL)


@app.task(name="mail_member", retry=MAIL_RETRY)
def mail_member(*, event_id: int) -> None:
    """Tell somebody that they have another role in a team, or are no longer in it."""
    told = Event.objects.select_related("structure", "person", "actor")
    with transaction.atomic():
        notifications.tell_member(told.get(pk=event_id), base_url=settings.SITE_URL)


@app.task(name="mail_message", retry=MAIL_RETRY)
def mail_message(*, message_id: int, base_url: str) -> None:
    """Tell those who take part in a thread of a message, unless it is gone."""
    message = (
        Message.objects.select_related(
            "author", "thread__diagnostic__structure", "thread__diagnostic__kit"
        )
        .filter(pk=message_id, thread__diagnostic__deleted_at=None)
        .first()
    )
    if message is not None:
        with transaction.atomic():
            notifications.tell_message(message, base_url=base_url)


@app.task(name="mail_lead_letter", retry=MAIL_RETRY)
def mail_lead_letter(
    *, key: str, person_id: int, sender_id: int, subject: str, text: str, base_url: str
) -> None:
    """Write to a lead what a facilitator wrote to several."""
    person, sender = (User.objects.get(pk=pk) for pk in (person_id, sender_id))
    with transaction.atomic():
        notifications.write_to_lead(
            key=key, person=person, sender=sender, subject=subject, text=text, base_url=base_url
        )


@app.periodic(cron="7 * * * *")
@app.task(name="mail_digests", queueing_lock="mail_digests", retry=MAIL_RETRY)
def mail_digests(timestamp: int) -> None:
    """Send the mails of the day; every hour, for a worker that was away in the morning."""
    notifications.send_digests(timezone.now(), base_url=settings.SITE_URL)


@app.periodic(cron="11 * * * *")
@app.task(name="mail_reminders", queueing_lock="mail_reminders", retry=MAIL_RETRY)
def mail_reminders(timestamp: int) -> None:
    """Send the reminders of the day; every hour, as the mails of the day."""
    notifications.send_reminders(timezone.now(), base_url=settings.SITE_URL)


@app.periodic(cron="23 3 * * *")
@app.task(name="purge_mails")
def purge_old_mails(timestamp: int) -> None:
    """Forget what the mails said of a month ago."""
    purge_mails(timezone.now())


# --- Reports --------------------------------------------------------------------------------------


@app.task(name="print_last_version", retry=PRINT_RETRY)
def print_last_version(*, diagnostic_id: str) -> None:
    """Print the report and the synthesis of the last submitted version, as it was submitted and with what
    happened since, unless they are kept."""
    diagnostic = Diagnostic.objects.select_related("structure", "kit").get(pk=diagnostic_id)
    for edition in last_editions(diagnostic):
        for kind in printing.Kind:
            with contextlib.suppress(RenderingStopped):  # logged; the page of the report says it
                printing.obtain(printing.printable_report(edition, kind), PATIENT)


@app.task(name="print_asked", retry=PRINT_RETRY, pass_context=True)
def print_asked(context: JobContext, *, diagnostic_id: str, version: int | None, kind: str) -> None:
    """Print a long report for somebody who waits for it; tried again when the renderer fails."""
    diagnostic = Diagnostic.objects.with_surroundings().get(pk=diagnostic_id)
    edition = edition_of(diagnostic, version)
    if edition is None:
        return
    with contextlib.suppress(RenderingStopped):  # noted: the page says it
        try:
            printing.print_asked(edition, printing.Kind(kind), PATIENT)
        except RendererFailed:
            if context.job.attempts + 1 >= PRINT_ATTEMPTS:
                printing.note_failure(edition, printing.Kind(kind))
            raise


@app.task(name="print_ahead")
def print_ahead(*, diagnostic_id: str) -> None:
    """Print the report of a draft before somebody asks for it, unless people wait for the machine: the next
    page that is opened, or the next look for quiet drafts, asks again."""
    if turns.is_crowded():
        return
    diagnostic = Diagnostic.objects.with_surroundings().filter(pk=diagnostic_id).first()
    if diagnostic is not None and diagnostic.is_editable:
        printing.print_ahead(diagnostic, PATIENT)


@app.periodic(cron="*/5 * * * *")
@app.task(name="print_quiet_drafts", queueing_lock="print_quiet_drafts")
def print_quiet_drafts(timestamp: int) -> None:
    """Have the drafts printed that nobody has changed for ten minutes."""
    ask_for_quiet_drafts(timezone.now())


# --- Figures of lists -----------------------------------------------------------------------------


@app.task(name="refresh_indicators", lock="refresh_indicators", retry=3)
def refresh_indicators(*, kit_id: int, after: str = "") -> None:
    """Count the indicators of some diagnostics of a kit again, once its rules changed, then the next ones."""
    refresh_batch(kit_id, after)


@app.periodic(cron="43 3 * * *")
@app.task(name="count_rules", queueing_lock="count_rules")
def count_rules(timestamp: int) -> None:
    """Count what each rule finds in diagnostics that were last saved before rules were counted."""
    refresh_what_was_never_counted()


# --- What is not kept for ever --------------------------------------------------------------------


@app.periodic(cron="17 3 * * *")
@app.task(name="purge_renderings")
def purge_old_renderings(timestamp: int) -> None:
    """Remove the PDFs of what was being written a week ago."""
    purge_renderings(timezone.now())


@app.periodic(cron="29 3 * * *")
@app.task(name="purge_sessions", queueing_lock="purge_sessions")
def purge_ended_sessions(timestamp: int) -> None:
    """Remove the sessions that have ended, with what was kept in them for a sign-in that never came."""
    SessionStore.clear_expired()
    purge_open_sessions()


@app.periodic(cron="31 3 * * *")
@app.task(name="purge_jobs", queueing_lock="purge_jobs", pass_context=True)
async def purge_jobs(context: JobContext, timestamp: int) -> None:
    """Forget the jobs that were done a month ago: some hold what a letter said."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=24 * MAIL_TEXTS_DAYS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


@app.periodic(cron="53 3 * * *")
@app.task(name="erase_unused", queueing_lock="erase_unused")
def erase_unused(timestamp: int) -> None:
    """Warn those who have not come for long, and erase what nobody uses in spite of it."""
    carry_out(
        timezone.now(), warn=notifications.warn_of_expiry, tell_erased=notifications.tell_erased
    )


@app.periodic(cron="37 * * * *")
@app.task(name="purge_recent_answers")
def purge_answers_replaced_yesterday(timestamp: int) -> None:
    """Remove what serves for a day: replaced values, who was seen, forms that were sent."""
    purge_recent_answers(timezone.now())
    purge_presences(timezone.now())
    purge_sent_forms(timezone.now())
    purge_shared_values(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="restart_stalled_jobs", queueing_lock="restart_stalled_jobs", pass_context=True)
async def restart_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Start again what a worker that was killed had begun, for whoever runs procrastinate's own worker.

    Ours (``manage.py worker``) looks every five seconds by itself, and knows when not to trust what it
    sees: right after the database was away all signs of life are old.
    """
    if LOOKS_AFTER not in context.additional_context:
        for job in await stalled_jobs(context.app):
            await put_back(context.app, job)
