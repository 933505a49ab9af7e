"""Transcript to report. Knows nothing of HTTP, the database or jobs."""
