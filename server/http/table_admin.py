"""The part of the table of HTTP operations that is about the server as a whole."""

from server.http import admin
from server.http.operations import Answer, Operation

ADMIN: tuple[Operation, ...] = (
    Operation(
        "GET",
        "/v1/admin/state",
        admin.get_server_state,
        "operate",
        "Read the state of the server",
        "Nodes of the database, live streams of this process, load, delays of captions and the last errors. "
        "Codes and figures, never words. What `/admin` shows; for series over time there is `/metrics`.",
        tag="operations",
        answers={200: Answer("The state.", admin.ServerStateOut)},
    ),
)
