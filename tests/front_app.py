"""A WSGI application to try the web server's front with."""

import json
import os
import time
from pathlib import Path

from rameau_diag import front

LARGE = 6_000_000
front.REQUEST_WITHIN = float(os.environ.get("REQUEST_WITHIN", front.REQUEST_WITHIN))


def app(environ, start_response):
    """Answer quickly, largely, never, or once a file is there: as the path says."""
    path = environ["PATH_INFO"]
    body = b"quick"
    if path == "/large":
        body = bytes(LARGE)
    elif path == "/never":
        never()
    elif path == "/gate":
        gate = Path(environ["QUERY_STRING"])
        gate.with_suffix(".reached").touch()
        while not gate.exists():
            time.sleep(0.01)
    elif path == "/environ":
        kept = {key: value for key, value in environ.items() if isinstance(value, str)}
        read = len(environ["wsgi.input"].read())
        body = json.dumps(
            kept | {"pid": os.getpid(), "read": read, "names": list(environ)}
        ).encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def never():
    """Wait for what does not come."""
    while True:
        time.sleep(60)
