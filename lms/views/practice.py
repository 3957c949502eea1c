"""The practicum and consultation log: hours with people, co-signed by a supervisor."""

from flask import Blueprint

pages = Blueprint("practice", __name__)
