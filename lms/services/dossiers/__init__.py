"""Dossiers: everything on record of one learner, as an auditor asks for it."""

from lms.services.dossiers.document import NOTICE, document_of, signed_document_of
from lms.services.dossiers.gathering import Dossier, TrailAct, dossier_of, messages_to

__all__ = [
    "NOTICE",
    "Dossier",
    "TrailAct",
    "document_of",
    "dossier_of",
    "messages_to",
    "signed_document_of",
]
