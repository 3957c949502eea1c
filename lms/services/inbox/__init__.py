"""The work queue: what needs a person today, oldest first."""

from lms.services.inbox.gathering import APPROVAL_DAYS, list_waiting

__all__ = ["APPROVAL_DAYS", "list_waiting"]
