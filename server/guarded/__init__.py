"""Connections to addresses that strangers give."""
