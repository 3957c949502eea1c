"""Reminders and announcements: rules that show whom they would reach, and what was sent."""

from lms.views.messages.blueprint import pages

# Each module adds its pages to the blueprint when it is imported.
from . import announcing, log, reading, reminding, tables  # noqa: F401

__all__ = ["pages"]
