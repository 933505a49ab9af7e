"""Files, without a server."""
