"""Live sessions: their schedule, attendance, and the minutes they credit."""

from flask import Blueprint

pages = Blueprint("live", __name__)
