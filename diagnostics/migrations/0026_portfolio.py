"""The portfolio's lines, kept true by triggers in the transaction of what they follow.

Whoever changes a diagnostic, a structure, its team, a thread or a person's name needs to know nothing
of them; services, the administration and commands alike. A line is locked before what it says is read
again (a statement that waits for a lock sees the other tables as they were before it waited), and a
diagnostic's own columns are written from its row alone: whoever comes second writes what is true.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What is compared in searches and sorts. « normalize » is of PostgreSQL itself: no extension.
KEY = r"""
CREATE FUNCTION portfolio_key(said text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(
        lower(regexp_replace(
            normalize(
                replace(replace(replace(replace(said, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
                NFKD
            ),
            '[\u0300-\u036f]', '', 'g'
        )),
        '[][\s!"#$%&''()*+,./:;<=>?@\\^_`{|}~«»‘’“”‹›‐‑‒–—―…·•-]+', ' ', 'g'
    ))
$$;
"""

PERSON = """
CREATE FUNCTION portfolio_person(name text, email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE(NULLIF(name, ''), split_part(email, '@', 1))
$$;
"""

# A diagnostic's own columns, from its row: the same in both places where they are written.
RANK = """
CREATE FUNCTION portfolio_rank(state text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE(
        array_position(ARRAY['submitted', 'changes_requested', 'draft', '', 'validated'], state), 9
    )::smallint
$$;
"""

# The moment of the state, where it has one, is when it began; what the board adopted waits for nothing.
SINCE = """
CREATE FUNCTION portfolio_since(
    state text, since timestamptz, submitted_at timestamptz, validated_at timestamptz
) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE state
        WHEN 'adopted' THEN NULL
        WHEN 'submitted' THEN LEAST(since, submitted_at)
        WHEN 'validated' THEN LEAST(since, validated_at)
        ELSE since
    END
$$;
"""

# The tables are few rows when a plan is made and many when it is used again: it goes by the indexes, and
# is made anew for each list of structures (one made for a few took fifteen seconds for a thousand).
# What the structure keeps for itself (« entre nous ») is counted nowhere.
REFRESH = """
CREATE FUNCTION portfolio_refresh(asked uuid[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF asked IS NULL THEN
        RETURN;
    END IF;
    PERFORM 1 FROM diagnostics_portfolioline WHERE structure_id = ANY(asked)
        ORDER BY structure_id, id FOR UPDATE;
    -- Written so that each line is looked up by a key: joined, a thousand were compared with a thousand.
    DELETE FROM diagnostics_portfolioline line WHERE structure_id = ANY(asked) AND CASE
        WHEN (SELECT deleted_at IS NULL FROM diagnostics_structure WHERE id = line.structure_id)
            IS NOT TRUE THEN true
        WHEN line.diagnostic_id IS NULL THEN (
            SELECT count(*) FROM diagnostics_diagnostic d
            WHERE d.structure_id = line.structure_id AND d.deleted_at IS NULL
        ) > 0
        ELSE (
            SELECT d.structure_id = line.structure_id AND d.deleted_at IS NULL
            FROM diagnostics_diagnostic d WHERE d.id = line.diagnostic_id
        ) IS NOT TRUE
    END;
    INSERT INTO diagnostics_portfolioline (
        id, structure_id, diagnostic_id, facilitator_id, name_key, territory_key, region_key,
        facilitator_key, search, state, state_rank, waiting_since, steps_complete, points,
        requests, requests_addressed, threads, threads_between, board_date, horizon, changed_at
    )
    SELECT
        COALESCE(d.id, s.id), s.id, d.id, f.id,
        portfolio_key(s.name), portfolio_key(s.territory), NULLIF(portfolio_key(s.region), ''),
        portfolio_key(portfolio_person(f.name, f.email)),
        portfolio_key(concat_ws(
            ' | ', s.name, d.title, s.territory, s.region, portfolio_person(f.name, f.email),
            people.said
        )),
        COALESCE(d.state, ''), portfolio_rank(COALESCE(d.state, '')),
        portfolio_since(
            d.state, COALESCE(d.state_since, s.created_at), d.submitted_at, d.validated_at
        ),
        COALESCE((d.indicators->>'steps_complete')::smallint, 0),
        COALESCE((d.indicators->>'attention')::smallint, 0),
        talk.requests, talk.requests_addressed, talk.threads, talk.threads_between,
        d.board_date, d.base_year + d.horizon_years, COALESCE(d.updated_at, s.created_at)
    FROM diagnostics_structure s
    LEFT JOIN diagnostics_diagnostic d ON d.structure_id = s.id AND d.deleted_at IS NULL
    LEFT JOIN diagnostics_user f
        ON f.id = s.facilitator_id AND f.is_active AND f.is_facilitator
    CROSS JOIN LATERAL (
        SELECT
            count(*) FILTER (WHERE kind = 'request') AS requests,
            count(*) FILTER (WHERE kind = 'request' AND state = 'addressed') AS requests_addressed,
            count(*) FILTER (WHERE kind = 'comment') AS threads,
            count(*) FILTER (WHERE kind = 'comment' AND audience = 'facilitators')
                AS threads_between
        FROM diagnostics_thread
        WHERE diagnostic_id = d.id AND audience <> 'team'
            AND state IN ('open', 'pending', 'addressed')
    ) talk
    CROSS JOIN LATERAL (
        SELECT string_agg(portfolio_person(u.name, u.email) || ' ' || u.email, ' | ' ORDER BY u.id)
            AS said
        FROM diagnostics_membership m JOIN diagnostics_user u ON u.id = m.user_id
        WHERE m.structure_id = s.id
    ) people
    WHERE s.id = ANY(asked) AND s.deleted_at IS NULL
    ORDER BY s.id, 1
    ON CONFLICT (id) DO UPDATE SET
        structure_id = EXCLUDED.structure_id, diagnostic_id = EXCLUDED.diagnostic_id,
        facilitator_id = EXCLUDED.facilitator_id, name_key = EXCLUDED.name_key,
        territory_key = EXCLUDED.territory_key, region_key = EXCLUDED.region_key,
        facilitator_key = EXCLUDED.facilitator_key, search = EXCLUDED.search,
        state = EXCLUDED.state, state_rank = EXCLUDED.state_rank,
        waiting_since = EXCLUDED.waiting_since, steps_complete = EXCLUDED.steps_complete,
        points = EXCLUDED.points, requests = EXCLUDED.requests,
        requests_addressed = EXCLUDED.requests_addressed, threads = EXCLUDED.threads,
        threads_between = EXCLUDED.threads_between, board_date = EXCLUDED.board_date,
        horizon = EXCLUDED.horizon, changed_at = EXCLUDED.changed_at;
END $$;
"""

# One call for all the rows of a statement: « came » and « gone » are what it wrote and what was there.
DIAGNOSTICS = """
CREATE FUNCTION portfolio_diagnostic_changed() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE asked uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT structure_id) INTO asked FROM came;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT structure_id) INTO asked FROM gone;
    ELSE
        SELECT array_agg(DISTINCT concerned.pk) INTO asked
        FROM came JOIN gone ON gone.id = came.id
        CROSS JOIN LATERAL (VALUES (came.structure_id), (gone.structure_id)) concerned(pk)
        WHERE (came.structure_id, came.title, came.deleted_at)
            IS DISTINCT FROM (gone.structure_id, gone.title, gone.deleted_at);
        -- Lines that are written whole below are locked there, in the one order.
        UPDATE diagnostics_portfolioline line SET
            state = came.state,
            state_rank = portfolio_rank(came.state),
            waiting_since = portfolio_since(
                came.state, came.state_since, came.submitted_at, came.validated_at
            ),
            steps_complete = COALESCE((came.indicators->>'steps_complete')::smallint, 0),
            points = COALESCE((came.indicators->>'attention')::smallint, 0),
            board_date = came.board_date,
            horizon = came.base_year + came.horizon_years,
            changed_at = came.updated_at
        FROM came WHERE line.id = came.id AND (asked IS NULL OR came.structure_id <> ALL(asked));
    END IF;
    PERFORM portfolio_refresh(asked);
    RETURN NULL;
END $$;
"""

STRUCTURES = """
CREATE FUNCTION portfolio_structure_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked uuid[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM diagnostics_portfolioline WHERE structure_id IN (SELECT id FROM gone);
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO asked FROM came;
    ELSE
        SELECT array_agg(came.id) INTO asked FROM came JOIN gone ON gone.id = came.id
        WHERE (came.name, came.territory, came.region, came.facilitator_id, came.deleted_at)
            IS DISTINCT FROM
            (gone.name, gone.territory, gone.region, gone.facilitator_id, gone.deleted_at);
    END IF;
    PERFORM portfolio_refresh(asked);
    RETURN NULL;
END $$;
"""

TEAMS = """
CREATE FUNCTION portfolio_team_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT structure_id) INTO asked FROM came;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT structure_id) INTO asked FROM gone;
    ELSE
        SELECT array_agg(DISTINCT concerned.pk) INTO asked
        FROM came JOIN gone ON gone.id = came.id
        CROSS JOIN LATERAL (VALUES (came.structure_id), (gone.structure_id)) concerned(pk)
        WHERE (came.structure_id, came.user_id) IS DISTINCT FROM (gone.structure_id, gone.user_id);
    END IF;
    PERFORM portfolio_refresh(asked);
    RETURN NULL;
END $$;
"""

PEOPLE = """
CREATE FUNCTION portfolio_person_changed() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE people bigint[]; asked uuid[];
BEGIN
    SELECT array_agg(came.id) INTO people FROM came JOIN gone ON gone.id = came.id
    WHERE (came.name, came.email, came.is_active, came.is_facilitator)
        IS DISTINCT FROM (gone.name, gone.email, gone.is_active, gone.is_facilitator);
    IF people IS NOT NULL THEN
        SELECT array_agg(pk) INTO asked FROM (
            SELECT id AS pk FROM diagnostics_structure WHERE facilitator_id = ANY(people)
            UNION
            SELECT structure_id FROM diagnostics_membership WHERE user_id = ANY(people)
        ) concerned;
        PERFORM portfolio_refresh(asked);
    END IF;
    RETURN NULL;
END $$;
"""

TALK = """
CREATE FUNCTION portfolio_talk_changed() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE asked uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT diagnostic_id) INTO asked FROM came;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT diagnostic_id) INTO asked FROM gone;
    ELSE
        SELECT array_agg(DISTINCT concerned.pk) INTO asked
        FROM came JOIN gone ON gone.id = came.id
        CROSS JOIN LATERAL (VALUES (came.diagnostic_id), (gone.diagnostic_id)) concerned(pk)
        WHERE (came.diagnostic_id, came.audience, came.kind, came.state)
            IS DISTINCT FROM (gone.diagnostic_id, gone.audience, gone.kind, gone.state);
    END IF;
    IF asked IS NOT NULL THEN
        SELECT array_agg(DISTINCT structure_id) INTO asked
        FROM diagnostics_portfolioline WHERE id = ANY(asked);
        PERFORM portfolio_refresh(asked);
    END IF;
    RETURN NULL;
END $$;
"""

FILL = "SELECT portfolio_refresh(array_agg(id)) FROM diagnostics_structure;"

FUNCTIONS = [
    (KEY, "portfolio_key(text)"),
    (PERSON, "portfolio_person(text, text)"),
    (RANK, "portfolio_rank(text)"),
    (SINCE, "portfolio_since(text, timestamptz, timestamptz, timestamptz)"),
    (REFRESH, "portfolio_refresh(uuid[])"),
]
# Each table with what follows it.
FOLLOWED = {
    "diagnostics_diagnostic": ("diagnostic", DIAGNOSTICS),
    "diagnostics_structure": ("structure", STRUCTURES),
    "diagnostics_membership": ("team", TEAMS),
    "diagnostics_user": ("person", PEOPLE),
    "diagnostics_thread": ("talk", TALK),
}
WRITTEN = {
    "insert": "NEW TABLE AS came",
    "update": "NEW TABLE AS came OLD TABLE AS gone",
    "delete": "OLD TABLE AS gone",
}


def _follow(table: str) -> migrations.RunSQL:
    name, function = FOLLOWED[table]
    # A new person is in no team yet, and one who is erased keeps their row.
    events = ["update"] if name == "person" else list(WRITTEN)
    return migrations.RunSQL(
        function
        + "".join(
            f"CREATE TRIGGER portfolio_{name}_{event} AFTER {event} ON {table} "
            f"REFERENCING {WRITTEN[event]} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION portfolio_{name}_changed();"
            for event in events
        ),
        "".join(f"DROP TRIGGER portfolio_{name}_{event} ON {table};" for event in events)
        + f"DROP FUNCTION portfolio_{name}_changed();",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('diagnostics', '0025_mail_subjects'),
    ]

    operations = [
        migrations.CreateModel(
            name='PortfolioLine',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name_key', models.TextField(db_collation='C')),
                ('territory_key', models.TextField(db_collation='C')),
                ('region_key', models.TextField(db_collation='C', null=True)),
                ('facilitator_key', models.TextField(db_collation='C', null=True)),
                ('search', models.TextField(db_collation='C')),
                ('state', models.CharField(blank=True, max_length=20)),
                ('state_rank', models.PositiveSmallIntegerField()),
                ('waiting_since', models.DateTimeField(null=True)),
                ('steps_complete', models.PositiveSmallIntegerField(default=0)),
                ('points', models.PositiveSmallIntegerField(default=0)),
                ('requests', models.PositiveSmallIntegerField(default=0)),
                ('requests_addressed', models.PositiveSmallIntegerField(default=0)),
                ('threads', models.PositiveSmallIntegerField(default=0)),
                ('threads_between', models.PositiveSmallIntegerField(default=0)),
                ('board_date', models.DateField(null=True)),
                ('horizon', models.PositiveSmallIntegerField(null=True)),
                ('changed_at', models.DateTimeField()),
                ('diagnostic', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnostics.diagnostic')),
                ('facilitator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnostics.structure')),
            ],
            options={
                'verbose_name': 'ligne du portefeuille',
                'verbose_name_plural': 'lignes du portefeuille',
                'indexes': [models.Index(fields=['name_key', 'id'], name='line_structure'), models.Index(fields=['territory_key', 'id'], name='line_territory'), models.Index(fields=['state_rank', 'waiting_since', 'id'], name='line_state'), models.Index(fields=['state', 'waiting_since'], name='line_one_state'), models.Index(fields=['changed_at', 'id'], name='line_changed'), models.Index(fields=['horizon'], name='line_horizon'), models.Index(models.OrderBy(models.F('region_key'), nulls_last=True), models.OrderBy(models.F('id')), name='line_region_up'), models.Index(models.OrderBy(models.F('region_key'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), name='line_region_down'), models.Index(models.OrderBy(models.F('waiting_since'), nulls_last=True), models.OrderBy(models.F('id')), name='line_waiting_up'), models.Index(models.OrderBy(models.F('waiting_since'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), name='line_waiting_down'), models.Index(models.OrderBy(models.F('board_date'), nulls_last=True), models.OrderBy(models.F('id')), name='line_board_up'), models.Index(models.OrderBy(models.F('board_date'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), name='line_board_down'), models.Index(models.OrderBy(models.F('facilitator_key'), nulls_last=True), models.OrderBy(models.F('id')), name='line_facilitator_up'), models.Index(models.OrderBy(models.F('facilitator_key'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), name='line_facilitator_down')],
            },
        ),
        *(migrations.RunSQL(code, f"DROP FUNCTION {name};") for code, name in FUNCTIONS),
        *map(_follow, FOLLOWED),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
