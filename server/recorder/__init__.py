"""Recorder bots: a headless browser sits in a meeting and feeds each participant's sound to a session."""
