"""Simulated speakers that use only the public wire, and the figures taken from them."""
