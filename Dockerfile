# One image for the web server and the worker: compose.yaml says what each runs.
FROM debian:trixie-slim AS base
ENV LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Python, what prints PDFs, and pg_dump of the same version as the database's image.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv make \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client-17 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/rameau

# The packages of both locks; they change more seldom than the sources.
FROM base AS packages
COPY Makefile manage.py package.json package-lock.json requirements.txt requirements-node.txt ./
COPY scripts scripts
COPY rameau_diag rameau_diag
RUN make prepare

FROM packages AS sources
COPY . .
# Files for browsers: no database, no secret of the site (the key below signs nothing).
RUN DATA_DIR=/tmp/build STATIC_FOLDER=.static .venv/bin/python manage.py collectstatic --noinput \
 && rm -rf /tmp/build

FROM base
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin rameau \
 && install -d -o rameau -g rameau -m 0700 /var/lib/rameau
COPY --from=sources /srv/rameau /srv/rameau
ENV DATA_DIR=/var/lib/rameau STATIC_FOLDER=.static
USER rameau
EXPOSE 8001
CMD [".venv/bin/gunicorn", "--config", "python:rameau_diag.web_server", "--bind", "0.0.0.0:8001"]
