"""Fuzzing of everything that reads what a stranger sends, guided by coverage. See `run.py`."""
