"""PostgreSQL: schema, migrations, and the queries that the rest of the server asks for by name."""
