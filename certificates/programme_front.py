"""The front of a programme's certificate: centred under its crest, as one that is framed."""

from __future__ import annotations

from certificates.credential import Credential
from certificates.fonts import drawable
from certificates.front import Front, check, column, facts, foot, instruction, line_of, manner_of
from certificates.lettering import Block, Step
from certificates.look import Look
from certificates.signatories import signatories_in, signing_height
from certificates.wording import paragraph, period_of, web_of

_TITLE = (Step(25, 1), Step(22, 1), Step(19, 2), Step(16, 3), Step(13, 4), Step(10, 9))
_NAME = (
    *(Step(42, 1), Step(36, 1), Step(30, 1), Step(24, 2)),
    *(Step(20, 3), Step(16, 5), Step(12, 9)),
)
_PROFESSION = (Step(11.5, 1), Step(11.5, 1), Step(10.5, 1), Step(9.5, 2), Step(7.5, 9))
_DEED = (Step(11.5, 3), Step(11.5, 3), Step(11, 3), Step(10.5, 4), Step(9, 7), Step(7, 99))
_MANNER = (Step(9.4, 2), Step(9.4, 2), Step(9, 2), Step(8.6, 3), Step(7, 99))
_PROGRAMME = (Step(15, 1), Step(13, 1), Step(11, 2), Step(8, 9))
_WEB = (Step(8, 1), Step(6, 9))

_TOP, _FOOT = 132.0, 20.0
_SIDE = 62.0
_BESIDE = 30.0
_LOGO_SIZE = (220.0, 58.0)
_CHECK = 214.0
_CHECK_TEXT = 124.0
_CODE = 96.0


def programme_front(credential: Credential, verify_url: str, look: Look) -> Front:
    """Return the front as `programme.html` is filled in with it."""
    measure = look.width - 2 * _SIDE
    inner = look.width - 2 * (_SIDE + _BESIDE)
    footing, foot_height = foot(credential, look, measure)
    signing = max(_CODE, signing_height(look, credential))
    room = look.height - _TOP - _FOOT - foot_height - signing - 8
    deed = f"{instruction(credential)}, {period_of(credential)}. {credential.assessment}"
    blocks = {
        "name": Block(drawable(credential.holder_name), _NAME, 1.35, 30),
        "profession": Block(line_of(credential.holder_profession or ""), _PROFESSION, 1.4, 1),
        "title": Block(line_of(credential.title), _TITLE, 1.25, 27),
        "certifies": Block(line_of(credential.certifies), _DEED, 1.45, 9),
        "deed": Block(line_of(deed), _DEED, 1.45, 2),
        "manner": Block(manner_of(credential), _MANNER, 1.45, 4),
    }
    markup = {
        **column(blocks, inner, room),
        **footing,
        "logo": look.logo(*_LOGO_SIZE, on_band=False),
        "programme": paragraph("programme", credential.programme, _PROGRAMME, measure),
        "web": paragraph("web", web_of(credential), _WEB, measure),
        "signing_height": f"{signing:.1f}pt",
        "signatories": signatories_in(look, credential, measure - _CHECK - 20),
        "facts": facts(credential),
        **check(verify_url, credential, _CHECK_TEXT, _CHECK),
    }
    return Front(markup, frozenset())
