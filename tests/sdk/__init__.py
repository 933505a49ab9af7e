"""Unmodified clients of other vendors against a real server and real speech."""
