"""Answers of calls: what a model holds, as JSON."""

from pydantic import BaseModel
from starlette.responses import JSONResponse


def json_answer(out: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    """What a model holds."""
    return JSONResponse(out.model_dump(mode="json"), status, headers)
