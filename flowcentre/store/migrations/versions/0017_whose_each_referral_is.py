"""Whose each referral is, so that a hospital is given those of the people who lie there; on PostgreSQL by the database as well."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

FILL_ON_SQLITE = "UPDATE person SET about = json_extract(CAST(row AS TEXT), '$.person') WHERE people = 'referrals'"
FILL_ON_POSTGRESQL = "UPDATE person SET about = convert_from(row, 'UTF8')::json ->> 'person' WHERE people = 'referrals'"
# Who lies there is among the settings, for a policy cannot ask the table that it is of: see ``store/scoping.py``.
SECURITY = """
    ALTER POLICY by_scope ON person USING (
        current_user <> 'flowcentre_scoped'
        OR (SELECT current_setting('flowcentre.everywhere', true)) = 'yes'
        OR people = 'contracts'
        OR place = ANY ((SELECT string_to_array(current_setting('flowcentre.places', true), chr(31)))::text[])
        OR locality = ANY ((SELECT string_to_array(current_setting('flowcentre.localities', true), chr(31)))::text[])
        OR (
            people = 'referrals'
            AND about = ANY ((SELECT string_to_array(current_setting('flowcentre.lying', true), chr(31)))::text[])
        )
    );
"""


def upgrade() -> None:
    op.add_column("person", sa.Column("about", sa.String(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FILL_ON_SQLITE)
    else:
        op.execute(FILL_ON_POSTGRESQL)
        op.execute(SECURITY)
