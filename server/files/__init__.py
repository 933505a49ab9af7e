"""Recordings: files that are heard by the same sessions as live speech, when the model has time."""
