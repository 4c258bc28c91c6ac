"""One person's life on the lists is read at once."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_person_people_ref", "person", ["people", "ref"], unique=False)
