"""The front of a course's certificate: the achievement, and a band with hours and code."""

from __future__ import annotations

from certificates.credential import Credential
from certificates.fonts import drawable
from certificates.front import (
    Front,
    check,
    column,
    facts,
    foot,
    hours_list,
    hours_that_fit,
    instruction,
    line_of,
    manner_of,
)
from certificates.lettering import Block, Step, lines_of, size_for
from certificates.look import Look
from certificates.signatories import signatories_in, signing_height
from certificates.wording import marked, paragraph, period_of, web_of

_TITLE = (
    *(Step(28, 1), Step(25, 1), Step(22.5, 1), Step(20.5, 1), Step(22, 2)),
    *(Step(19, 3), Step(15, 4), Step(10, 9)),
)
_NAME = (Step(37, 1), Step(31, 1), Step(26, 2), Step(21, 3), Step(17, 5), Step(13, 9))
_PROFESSION = (Step(12, 1), Step(10, 2), Step(7.5, 9))
_DEED = (Step(13, 3), Step(12, 4), Step(10.5, 5), Step(9, 7), Step(7, 99))
_MANNER = (Step(9.8, 2), Step(8.8, 3), Step(7, 99))
_PROGRAMME = (Step(16, 2), Step(14, 3), Step(11, 4), Step(8, 9))
_WEB = (Step(8, 1), Step(6, 9))
_HOURS = (8.6, 7.9, 7.2)

_LEFT, _RIGHT, _TOP, _FOOT = 239.0, 32.0, 40.0, 20.0
_BAND = 164.0
_FACTS = 152.0
_LOGO = 128.0
_LOGO_SIZE = (130.0, 78.0)
_HOURS_MEASURE = 102.0
_HOURS_HEAD = 50.0
_CHECK = 178.0


def course_front(credential: Credential, verify_url: str, look: Look) -> Front:
    """Return the front as `course.html` is filled in with it."""
    measure = look.width - _LEFT - _RIGHT
    footing, foot_height = foot(credential, look, measure)
    signing = signing_height(look, credential)
    band, shown = _band(credential, verify_url, look)
    room = look.height - _TOP - _FOOT - foot_height - signing - 26
    deed = f"{instruction(credential)}, {period_of(credential)}. {credential.assessment}"
    blocks = {
        "title": Block(line_of(credential.title), _TITLE, 1.22, 29),
        "name": Block(drawable(credential.holder_name), _NAME, 1.4, 44),
        "profession": Block(line_of(credential.holder_profession or ""), _PROFESSION, 1.4, 2),
        "certifies": Block(line_of(credential.certifies), _DEED, 1.5, 20),
        "deed": Block(line_of(deed), _DEED, 1.5, 5),
        "manner": Block(manner_of(credential), _MANNER, 1.5, 7),
    }
    markup = {
        **column(blocks, measure, room),
        **footing,
        **band,
        "signing_height": f"{signing:.1f}pt",
        "signatories": signatories_in(look, credential, measure - _FACTS - 8),
        "facts": facts(credential),
    }
    return Front(markup, shown)


def _band(
    credential: Credential, verify_url: str, look: Look
) -> tuple[dict[str, str], frozenset[str]]:
    """Return the band: whose programme, how many hours, how to check; and what it shows whole."""
    name = drawable(credential.programme)
    size = size_for(name, _PROGRAMME, _BAND)
    top = _LOGO + lines_of(name, _BAND / size) * size * 1.25 + _HOURS_HEAD
    room = look.height - top - _CHECK
    hours, hours_size = hours_that_fit(credential.hours, _HOURS, _HOURS_MEASURE, room)
    markup = {
        "logo": look.logo(*_LOGO_SIZE, on_band=True),
        "programme": paragraph("programme", credential.programme, _PROGRAMME, _BAND),
        "web": paragraph("web", web_of(credential), _WEB, _BAND),
        "total": marked(instruction(credential)),
        "hours": hours_list(hours),
        "hours_style": f"font-size:{hours_size}pt",
        **check(verify_url, credential, _BAND, _BAND + 4),
    }
    is_whole = hours == credential.hours
    return markup, frozenset({"hours"} if is_whole else ())
