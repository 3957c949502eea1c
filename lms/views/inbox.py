"""The work queue: what needs a person today, oldest first."""

from flask import Blueprint

pages = Blueprint("inbox", __name__)
