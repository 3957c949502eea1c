"""What the pages of debriefs share: their blueprint."""

from flask import Blueprint

pages = Blueprint("debriefs", __name__)
