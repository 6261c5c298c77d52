"""Jobs of the queue that nobody does any more."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

# Seconds without a sign of life of a worker, which gives one every five or ten seconds.
SIGN_OF_LIFE = 30

logger = logging.getLogger(__name__)


async def stalled_jobs(app: App) -> Iterable[Job]:
    """Return the jobs of workers that have given no sign of life, or are gone."""
    return await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SIGN_OF_LIFE)


async def put_back(app: App, job: Job) -> None:
    """Have a job wait again; it is given up when another one for the same thing waits already."""
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    except ConnectorException:
        logger.info("The job %s was ended meanwhile", job.id)
    else:
        logger.warning("The job %s (%s) waits again: nobody did it", job.id, job.task_name)
