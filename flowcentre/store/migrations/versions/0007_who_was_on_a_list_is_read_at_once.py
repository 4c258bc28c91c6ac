"""Who was on a list at a past moment is read at once, however long the list has been kept."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_person_people_place_known_to", "person", ["people", "place", "known_to"], unique=False)
