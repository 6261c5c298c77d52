"""gunicorn's settings under ``make run``; a production machine may use them as well."""

import gc
import os
import signal

from rameau_diag import metrics
from rameau_diag.processes import die_with_parent

wsgi_app = "rameau_diag.wsgi"
# Waits for whole requests before it takes a thread, and holds none while an answer is taken.
worker_class = "rameau_diag.front.FrontWorker"
threads = 12  # half of them may be waiting for a PDF (settings.PDF_PLACES), without a connection
worker_connections = 1000
timeout = 60  # of the loop; of a request: rameau_diag/front.py
# Of requests under way when the server stops; a paper takes up to 30 s, once its turn has come. Below what
# waits for the end: 30 s of the units and of compose.yaml. « make run » has less patience and says so.
graceful_timeout = 25
loglevel = "warning"
control_socket_disable = True
if os.access("/dev/shm", os.W_OK):  # noqa: S108  (gunicorn's own files, empty ones)
    worker_tmp_dir = "/dev/shm"  # noqa: S108  (a folder in memory, not a file of ours)


def on_starting(server: object) -> None:
    """Count from nothing: what the processes of a former start counted is theirs."""
    metrics.start_again()


def post_worker_init(worker: object) -> None:
    """Leave what was imported alone: Python would go through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def post_fork(server: object, worker: object) -> None:
    """End with a killed master: what is left would wait for a database that has gone as well."""
    die_with_parent(signal.SIGKILL)
