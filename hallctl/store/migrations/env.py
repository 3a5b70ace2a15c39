"""Run by alembic for each command; the connection is handed in by `hallctl.store.schema`."""

from alembic import context

from hallctl.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
