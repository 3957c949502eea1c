"""Transcripts: all of a person's training, and the certificates from elsewhere that they add."""

from lms.services.transcripts.checks import (
    LONGEST_WORDS,
    AskedCheck,
    ask_check,
    check_for_administrator,
    decide,
    list_checks,
    list_programmes,
)
from lms.services.transcripts.credits import CREDITS
from lms.services.transcripts.document import VERSION, cycle_of, document_of
from lms.services.transcripts.external import (
    LONGEST_NAME,
    MOST_CERTIFICATES,
    MOST_MINUTES,
    Check,
    External,
    ProofLevel,
    Statement,
    Unstated,
    add,
    drop_orphans,
    own_certificate_for,
    proof_folder,
    remove,
)
from lms.services.transcripts.proofs import ENDINGS, MOST_BYTES, Proof, proof_of
from lms.services.transcripts.proofs import drop as drop_proof
from lms.services.transcripts.proofs import read as read_proof
from lms.services.transcripts.record import (
    HERE,
    CreditHours,
    Enrolled,
    Outcome,
    PlaceHours,
    Transcript,
    own_transcript,
    transcript_of_learner,
)

__all__ = [
    "CREDITS",
    "ENDINGS",
    "HERE",
    "LONGEST_NAME",
    "LONGEST_WORDS",
    "MOST_BYTES",
    "MOST_CERTIFICATES",
    "MOST_MINUTES",
    "VERSION",
    "AskedCheck",
    "Check",
    "CreditHours",
    "Enrolled",
    "External",
    "Outcome",
    "PlaceHours",
    "Proof",
    "ProofLevel",
    "Statement",
    "Transcript",
    "Unstated",
    "add",
    "ask_check",
    "check_for_administrator",
    "cycle_of",
    "decide",
    "document_of",
    "drop_orphans",
    "drop_proof",
    "list_checks",
    "list_programmes",
    "own_certificate_for",
    "own_transcript",
    "proof_folder",
    "proof_of",
    "read_proof",
    "remove",
    "transcript_of_learner",
]
