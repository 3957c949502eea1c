"""Dossiers: everything on record about one learner, as page, PDF and JSON."""

from flask import Blueprint

pages = Blueprint("dossiers", __name__)
