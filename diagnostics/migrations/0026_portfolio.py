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

REFRESH = """
CREATE FUNCTION portfolio_refresh(asked uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM diagnostics_portfolioline WHERE structure_id = asked ORDER BY id FOR UPDATE;
    DELETE FROM diagnostics_portfolioline line WHERE structure_id = asked AND NOT EXISTS (
        SELECT 1 FROM diagnostics_structure s
        LEFT JOIN diagnostics_diagnostic d ON d.structure_id = s.id AND d.deleted_at IS NULL
        WHERE s.id = asked AND s.deleted_at IS NULL AND COALESCE(d.id, s.id) = line.id
    );
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
        COALESCE(talk.requests, 0), COALESCE(talk.requests_addressed, 0),
        COALESCE(talk.threads, 0), COALESCE(talk.threads_between, 0),
        d.board_date, d.base_year + d.horizon_years, COALESCE(d.updated_at, s.created_at)
    FROM diagnostics_structure s
    LEFT JOIN diagnostics_diagnostic d ON d.structure_id = s.id AND d.deleted_at IS NULL
    LEFT JOIN diagnostics_user f
        ON f.id = s.facilitator_id AND f.is_active AND f.is_facilitator
    LEFT JOIN LATERAL portfolio_talk(d.id) talk ON d.id IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT string_agg(portfolio_person(u.name, u.email) || ' ' || u.email, ' | ') AS said
        FROM diagnostics_membership m JOIN diagnostics_user u ON u.id = m.user_id
        WHERE m.structure_id = s.id
    ) people
    WHERE s.id = asked AND s.deleted_at IS NULL
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

# What the structure keeps for itself (« entre nous ») is counted nowhere.
TALK = """
CREATE FUNCTION portfolio_talk(
    asked uuid,
    OUT requests smallint, OUT requests_addressed smallint,
    OUT threads smallint, OUT threads_between smallint
) LANGUAGE sql STABLE AS $$
    SELECT
        count(*) FILTER (WHERE kind = 'request')::smallint,
        count(*) FILTER (WHERE kind = 'request' AND state = 'addressed')::smallint,
        count(*) FILTER (WHERE kind = 'comment')::smallint,
        count(*) FILTER (WHERE kind = 'comment' AND audience = 'facilitators')::smallint
    FROM diagnostics_thread
    WHERE diagnostic_id = asked AND audience <> 'team'
        AND state IN ('open', 'pending', 'addressed')
$$;
"""

TRIGGERS = """
CREATE FUNCTION portfolio_diagnostic_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.structure_id = OLD.structure_id AND NEW.title = OLD.title
        AND NEW.deleted_at IS NOT DISTINCT FROM OLD.deleted_at
    THEN
        UPDATE diagnostics_portfolioline SET
            state = NEW.state,
            state_rank = portfolio_rank(NEW.state),
            waiting_since = portfolio_since(
                NEW.state, NEW.state_since, NEW.submitted_at, NEW.validated_at
            ),
            steps_complete = COALESCE((NEW.indicators->>'steps_complete')::smallint, 0),
            points = COALESCE((NEW.indicators->>'attention')::smallint, 0),
            board_date = NEW.board_date,
            horizon = NEW.base_year + NEW.horizon_years,
            changed_at = NEW.updated_at
        WHERE id = NEW.id;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM portfolio_refresh(OLD.structure_id);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.structure_id <> OLD.structure_id) THEN
        PERFORM portfolio_refresh(NEW.structure_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER portfolio_diagnostic AFTER INSERT OR DELETE OR UPDATE ON diagnostics_diagnostic
    FOR EACH ROW EXECUTE FUNCTION portfolio_diagnostic_changed();

CREATE FUNCTION portfolio_structure_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM diagnostics_portfolioline WHERE structure_id = OLD.id;
    ELSE
        PERFORM portfolio_refresh(NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER portfolio_structure AFTER INSERT OR DELETE
    OR UPDATE OF name, territory, region, facilitator_id, deleted_at ON diagnostics_structure
    FOR EACH ROW EXECUTE FUNCTION portfolio_structure_changed();

CREATE FUNCTION portfolio_team_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM portfolio_refresh(OLD.structure_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM portfolio_refresh(NEW.structure_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER portfolio_team AFTER INSERT OR DELETE
    OR UPDATE OF structure_id, user_id ON diagnostics_membership
    FOR EACH ROW EXECUTE FUNCTION portfolio_team_changed();

CREATE FUNCTION portfolio_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE concerned uuid;
BEGIN
    FOR concerned IN
        SELECT id FROM diagnostics_structure WHERE facilitator_id = NEW.id
        UNION SELECT structure_id FROM diagnostics_membership WHERE user_id = NEW.id
        ORDER BY 1
    LOOP
        PERFORM portfolio_refresh(concerned);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER portfolio_person AFTER UPDATE ON diagnostics_user FOR EACH ROW
    WHEN ((OLD.name, OLD.email, OLD.is_active, OLD.is_facilitator)
        IS DISTINCT FROM (NEW.name, NEW.email, NEW.is_active, NEW.is_facilitator))
    EXECUTE FUNCTION portfolio_person_changed();

CREATE FUNCTION portfolio_talk_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE concerned uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.diagnostic_id ELSE NEW.diagnostic_id END;
BEGIN
    PERFORM 1 FROM diagnostics_portfolioline WHERE id = concerned FOR UPDATE;
    UPDATE diagnostics_portfolioline SET
        (requests, requests_addressed, threads, threads_between) = (
            SELECT talk.requests, talk.requests_addressed, talk.threads, talk.threads_between
            FROM portfolio_talk(concerned) talk
        )
    WHERE id = concerned;
    RETURN NULL;
END $$;
CREATE TRIGGER portfolio_talk AFTER INSERT OR DELETE
    OR UPDATE OF diagnostic_id, audience, kind, state ON diagnostics_thread
    FOR EACH ROW EXECUTE FUNCTION portfolio_talk_changed();
"""

FILL = "SELECT portfolio_refresh(id) FROM diagnostics_structure;"

FUNCTIONS = [
    (KEY, "DROP FUNCTION portfolio_key(text);"),
    (PERSON, "DROP FUNCTION portfolio_person(text, text);"),
    (RANK, "DROP FUNCTION portfolio_rank(text);"),
    (
        SINCE,
        "DROP FUNCTION portfolio_since(text, timestamptz, timestamptz, timestamptz);",
    ),
    (TALK, "DROP FUNCTION portfolio_talk(uuid);"),
    (REFRESH, "DROP FUNCTION portfolio_refresh(uuid);"),
]
# Each trigger, its table and its function bear the name of what it follows.
TRIGGER_TABLES = {
    "diagnostic": "diagnostics_diagnostic",
    "structure": "diagnostics_structure",
    "team": "diagnostics_membership",
    "person": "diagnostics_user",
    "talk": "diagnostics_thread",
}


def _dropped(tables: dict[str, str]) -> str:
    return "".join(
        f"DROP TRIGGER portfolio_{name} ON {table}; DROP FUNCTION portfolio_{name}_changed();"
        for name, table in tables.items()
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
        *(migrations.RunSQL(code, undo) for code, undo in FUNCTIONS),
        migrations.RunSQL(TRIGGERS, _dropped(TRIGGER_TABLES)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
