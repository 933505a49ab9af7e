"""`GET /v1/models`: the model that hears, as clients of OpenAI's API and of Deepgram's list models.

Both call the same address, so one answer has what either reads. A call may name any model: this one answers.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from server.http.operations import Call
from server.http.services import Services
from streaming.errors import NotFound
from streaming.protocols.deepgram_results import MODEL, MODEL_ID


async def list_models(services: Services, _: Call) -> Response:
    """All models."""
    found = [_model(name) for name in services.models()]
    return JSONResponse({"object": "list", "data": found, "stt": found, "tts": []})


async def get_model(services: Services, call: Call) -> Response:
    """One model. Raises `NotFound`."""
    asked = call.request.path_params["model"]
    for found in map(_model, services.models()):
        if asked in {found["id"], found["uuid"]}:
            return JSONResponse(found)
    raise NotFound("model_not_found", "There is no model of this name; GET /v1/models lists them.")


def _model(name: str) -> dict[str, Any]:
    """When a model was made is not known here."""
    ours = {"id": name, "object": "model", "created": 0, "owned_by": "steno"}
    theirs = {
        "name": name,
        "canonical_name": name,
        "architecture": MODEL["arch"],
        "version": MODEL["version"],
        "uuid": MODEL_ID,
        "batch": True,
        "streaming": True,
        "formatted_output": True,
    }
    return {**ours, **theirs}
