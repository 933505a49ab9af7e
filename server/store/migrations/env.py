"""Alembic's entry: runs the migrations on the connection that `server.store.migrate` hands over.

There is no ini file and no offline mode; whoever calls owns the transaction.
"""

from alembic import context

from server.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
