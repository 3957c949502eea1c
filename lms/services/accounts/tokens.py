"""Random tokens: only their hash is kept, so that reading the database opens nothing."""

import hashlib


def hash_token(token: str) -> str:
    """SHA-256 of a random token: what the database keeps, so that reading it opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
