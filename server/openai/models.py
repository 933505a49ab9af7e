"""`GET /v1/models`: the model that hears, as clients of OpenAI's API list models.

A call may name any model: this one answers.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from server.http.operations import Call
from server.http.services import Services
from streaming.errors import NotFound


async def list_models(services: Services, _: Call) -> Response:
    """All models."""
    names = services.models()
    return JSONResponse({"object": "list", "data": [_model(name) for name in names]})


async def get_model(services: Services, call: Call) -> Response:
    """One model. Raises `NotFound`."""
    name = call.request.path_params["model"]
    if name not in services.models():
        raise NotFound("model_not_found", "There is no model of this name; GET /v1/models lists them.")
    return JSONResponse(_model(name))


def _model(name: str) -> dict[str, Any]:
    """When a model was made is not known here."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "steno"}
