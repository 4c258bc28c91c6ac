"""Whether an alert is of a rule on trial, kept with it: a rule that is taken out can be asked no more."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for table in ("alert", "alert_standing"):
        op.add_column(table, sa.Column("on_trial", sa.Boolean(), nullable=False, server_default=sa.text("false")))
