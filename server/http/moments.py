"""Times that callers name, as a type of fields: aware and in UTC, within what the database holds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def _moment(given: datetime) -> datetime:
    """In UTC, which a time without a zone is taken for."""
    try:
        moment = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time from 1970 to 2999") from None
    if not 1970 <= moment.year < 3000:
        raise ValueError("must be a time from 1970 to 2999")
    return moment


Moment = Annotated[datetime, AfterValidator(_moment)]
