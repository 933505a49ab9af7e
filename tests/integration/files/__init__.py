"""Files on a real server."""
