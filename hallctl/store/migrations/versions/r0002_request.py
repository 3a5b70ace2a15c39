"""The journal keeps whose request a record answered: its answer's row follows, as all rows do.

Revision r0002, after r0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    op.add_column("event", sa.Column("request", sa.Text()))


def downgrade() -> None:
    op.drop_column("event", "request")
