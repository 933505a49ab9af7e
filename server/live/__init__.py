"""Live sockets: audio in at `/v1/stream`, captions out to viewers."""
