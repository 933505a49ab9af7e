"""Telling people that a report is ready: by mail, webhook, chat and push."""
