"""Faculty: who directs, teaches, supervises and audits a programme, and what each may teach."""

from flask import Blueprint

pages = Blueprint("faculty", __name__)
