"""Meetings heard from where they are broadcast: streams that are fetched, or sent to a port of the server."""
