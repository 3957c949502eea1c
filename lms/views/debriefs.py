"""Debriefs: objectives, hardest items and misconceptions of a cohort, and the handout for them."""

from flask import Blueprint

pages = Blueprint("debriefs", __name__)
