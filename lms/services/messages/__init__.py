"""Reminders and announcements: rules that show whom they would reach, and what was sent."""
