"""Observed ratings: skills by checklist, two raters, agreement, adjudication, remediation."""

from flask import Blueprint

pages = Blueprint("observed", __name__)
