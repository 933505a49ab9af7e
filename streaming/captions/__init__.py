"""Finished transcripts as files that people and players read: subtitles, text, Markdown, JSON."""
