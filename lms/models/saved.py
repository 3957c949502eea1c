"""Saved reports: a table with its filters under an address, sent by mail on schedule."""
