"""Evidence packs for an accreditor: one signed archive with a manifest of hashes."""

from flask import Blueprint

pages = Blueprint("packs", __name__)
