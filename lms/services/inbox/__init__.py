"""The work queue: what needs a person today, oldest first."""
