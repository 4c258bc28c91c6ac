"""Whose person each row is, so that somebody is given the rows of their scope alone; on PostgreSQL by the database as well."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# Of whom each kind of row says where they live, or where the care is wanted. Attendances and ambulances say neither.
FILL_ON_SQLITE = """
    UPDATE person SET locality = CASE json_extract(CAST(row AS TEXT), '$.kind')
        WHEN 'DelayedDischarge' THEN json_extract(CAST(row AS TEXT), '$.residence')
        ELSE place
    END
    WHERE json_extract(CAST(row AS TEXT), '$.kind') IN ('DelayedDischarge', 'CareReferral', 'CareContract')
"""
FILL_ON_POSTGRESQL = """
    UPDATE person SET locality = CASE convert_from(row, 'UTF8')::json ->> 'kind'
        WHEN 'DelayedDischarge' THEN convert_from(row, 'UTF8')::json ->> 'residence'
        ELSE place
    END
    WHERE convert_from(row, 'UTF8')::json ->> 'kind' IN ('DelayedDischarge', 'CareReferral', 'CareContract')
"""
# Each setting is looked up once a question, and not for every row; one that was not set is nowhere. Whoever is not of the
# role sees what they saw before: a web server may use another than the engines.
SECURITY = """
    ALTER TABLE person ENABLE ROW LEVEL SECURITY;
    CREATE POLICY by_scope ON person USING (
        current_user <> 'flowcentre_scoped'
        OR (SELECT current_setting('flowcentre.everywhere', true)) = 'yes'
        OR people = 'contracts'
        OR place = ANY ((SELECT string_to_array(current_setting('flowcentre.places', true), chr(31)))::text[])
        OR locality = ANY ((SELECT string_to_array(current_setting('flowcentre.localities', true), chr(31)))::text[])
    );
    ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
    CREATE POLICY by_scope ON visit USING (
        current_user <> 'flowcentre_scoped'
        OR (SELECT current_setting('flowcentre.everywhere', true)) = 'yes'
        OR roster IN (
            SELECT roster.id FROM roster WHERE roster.place
            = ANY ((SELECT string_to_array(current_setting('flowcentre.places', true), chr(31)))::text[])
        )
        OR EXISTS (SELECT 1 FROM person WHERE person.people = 'referrals' AND person.ref = visit.package)
    );
"""
# A role is the whole server's, and not everybody may make one: then its administrator does, and until then a scoped
# reader is refused.
LETTING = """
    DO $$
    BEGIN
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'flowcentre_scoped') THEN
                CREATE ROLE flowcentre_scoped NOLOGIN;
            END IF;
        EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
            RAISE NOTICE 'the role flowcentre_scoped was not made here';
        END;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'flowcentre_scoped') THEN
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO flowcentre_scoped', current_schema());
            GRANT SELECT ON person, visit, roster TO flowcentre_scoped;
            BEGIN
                GRANT flowcentre_scoped TO CURRENT_USER;
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE NOTICE 'the role flowcentre_scoped was not granted here';
            END;
        END IF;
    END $$;
"""


def upgrade() -> None:
    op.add_column("person", sa.Column("locality", sa.String(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FILL_ON_SQLITE)
    else:
        for statement in (FILL_ON_POSTGRESQL, SECURITY, LETTING):
            op.execute(statement)
