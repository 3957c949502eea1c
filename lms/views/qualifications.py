"""Qualifications that expire: life support, professional licences, checked and reminded."""

from flask import Blueprint

pages = Blueprint("qualifications", __name__)
