"""The edges: HTTP, WebSocket, database, command line. `server.app` is the composition root."""
