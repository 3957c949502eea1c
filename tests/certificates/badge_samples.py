"""A made-up issuer, its keys and lists, and one badge that the tests of this folder bend."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache

from certificate_samples import VERIFY_URL, sample_credential, sample_particulars
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates import (
    Issuer,
    SigningKey,
    StatusEntry,
    StatusList,
    badge_for,
    did_of,
    sign_badge,
    sign_badge_jwt,
    status_list_address,
    status_list_credential,
)

SITE = "https://verify.northgate.example"
DID = did_of(SITE)
ISSUER = Issuer(DID, "Northgate PAT Programme", "https://northgate.example")
START = datetime(2026, 1, 1, tzinfo=UTC)
ISSUED = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
CRITERIA = "All lessons completed. Every quiz passed."
REVOCATION = StatusEntry(status_list_address(SITE, "revocation", 1), 94_567, "revocation")
SUSPENSION = StatusEntry(status_list_address(SITE, "suspension", 1), 94_567, "suspension")
KEY = SigningKey(
    "credential-one", "credential", Ed25519PrivateKey.from_private_bytes(bytes(range(32))), START
)
OTHER_KEY = SigningKey(
    "credential-two", "credential", Ed25519PrivateKey.from_private_bytes(bytes(32)), START
)
KEYS = (KEY.public_key,)


def sample_badge(*, image=None, status=(REVOCATION, SUSPENSION), **changes):
    """Return the sample's badge, unsigned."""
    credential = sample_credential(**{"particulars": sample_particulars(), **changes})
    return badge_for(
        credential,
        ISSUER,
        verify_url=VERIFY_URL,
        criteria=CRITERIA,
        status=status,
        image=image,
    )


def signed(document, key=KEY, at=ISSUED):
    """Return the document as the issuer signs it."""
    return sign_badge(document, key, at)


def sample_list(entry, places=(), *, key=KEY, issuer=DID, url=None, purpose=None, start=AT):
    """Return a signed list, good for two days from `start`, with these places set."""
    document = status_list_credential(
        issuer,
        url or entry.list_url,
        purpose or entry.purpose,
        StatusList().set(places),
        valid_from=start,
        valid_until=start + timedelta(days=2),
    )
    return sign_badge(document, key, start)


@cache
def genuine():
    """Return the text of the signed sample; it is made once."""
    return json.dumps(signed(sample_badge()))


@cache
def genuine_token():
    """Return the sample as a token; it is made once."""
    return sign_badge_jwt(sample_badge(), KEY)


@cache
def clean_lists():
    """Return both lists, on which nothing is set, by their addresses."""
    return {entry.list_url: sample_list(entry) for entry in (REVOCATION, SUSPENSION)}
