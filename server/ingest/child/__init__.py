"""The process of one ingest: its network and its FFmpeg, where neither can hurt the server."""
