"""Completion reports to an accreditor: what is sent, what came back rejected."""
