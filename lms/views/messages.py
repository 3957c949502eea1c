"""Reminders and announcements: rules that show whom they would reach, and what was sent."""

from flask import Blueprint

pages = Blueprint("messages", __name__)
