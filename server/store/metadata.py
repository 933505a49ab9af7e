"""What all tables share: the metadata with its names of constraints, and the column of a time of making."""

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, func

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def now(name: str) -> Column[Any]:
    """A time that is the moment of writing unless it is given."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
