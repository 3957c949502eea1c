"""What learners said of a course, with small groups suppressed."""

from flask import Blueprint

pages = Blueprint("evaluations", __name__)
