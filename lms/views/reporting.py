"""Completion reports to an accreditor: what is sent, what came back rejected."""

from flask import Blueprint

pages = Blueprint("reporting", __name__)
