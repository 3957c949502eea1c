"""Saved reports: a table with its filters under an address, sent by mail on schedule."""

from flask import Blueprint

pages = Blueprint("saved", __name__)
