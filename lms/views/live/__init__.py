"""Live sessions: their schedule, attendance, and the minutes they credit."""

from lms.views.live import attending, calendars, learner, room, schedule, tables
from lms.views.live.place import pages

__all__ = ["attending", "calendars", "learner", "pages", "room", "schedule", "tables"]
