"""Calendars whose meetings bots are sent to: feeds are read, links to meetings found in them, bots booked."""
