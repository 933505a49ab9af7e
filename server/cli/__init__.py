"""The `steno` command."""
