"""The model: what turns windows of audio into words. Knows nothing of sessions, sockets or storage."""
