"""The front of a statement of continuing education: every field a board asks for, upright."""

from __future__ import annotations

from certificates.credential import Credential
from certificates.fonts import drawable
from certificates.front import Front, check, column, facts, foot, line_of
from certificates.lettering import Block, Step, lines_of
from certificates.look import Look, particulars_of
from certificates.record import Section, record_sections
from certificates.signatories import signatories_in, signing_height
from certificates.wording import paragraph, web_of

_TITLE = (Step(18, 1), Step(16, 2), Step(13.5, 3), Step(11, 9))
_NAME = (Step(29, 1), Step(25, 1), Step(21, 2), Step(17, 3), Step(14, 5), Step(11, 9))
_PROFESSION = (Step(11, 1), Step(9.5, 2), Step(7.5, 9))
_PROGRAMME = (Step(16, 1), Step(14, 2), Step(11, 2), Step(8, 9))
_WEB = (Step(8.4, 1), Step(7.4, 2), Step(6, 9))
_SECTIONS = (9.4, 8.8, 8.2, 7.4, 6.6, 5.6)

_SIDE, _TOP, _FOOT = 50.0, 126.0, 34.0
_BAND = 400.0
_LOGO_SIZE = (96.0, 50.0)
_CHECK = 214.0
_CHECK_TEXT = 124.0
_CODE = 96.0
_LABEL = 78.0
_FIRST = ("credits", "training")
_IF_ROOM = ("approvals", "hours")


def statement_front(credential: Credential, verify_url: str, look: Look) -> Front:
    """Return the front as `statement.html` is filled in with it.

    Credits and training always stand here, approvals and hours if there is room.
    """
    measure = look.width - 2 * _SIDE
    footing, foot_height = foot(credential, look, measure)
    signing = max(_CODE, signing_height(look, credential))
    room = look.height - _TOP - _FOOT - foot_height - signing - 32
    blocks = {
        "name": Block(drawable(credential.holder_name), _NAME, 1.35, 30),
        "profession": Block(line_of(credential.holder_profession or ""), _PROFESSION, 1.4, 1),
        "title": Block(line_of(credential.title), _TITLE, 1.25, 24),
    }
    titled = column(blocks, measure, room / 2)
    taken = _height(blocks, titled, measure)
    sections, shown = _sections(credential, measure, room - taken)
    told = particulars_of(credential)
    address = ", ".join(part for part in (told.provider_address, web_of(credential)) if part)
    markup = {
        **titled,
        **footing,
        "sections": sections,
        "logo": look.logo(*_LOGO_SIZE, on_band=True),
        "programme": paragraph("programme", credential.programme, _PROGRAMME, _BAND),
        "web": paragraph("web", address, _WEB, _BAND),
        "signing_height": f"{signing:.1f}pt",
        "signatories": signatories_in(look, credential, measure - _CHECK - 14),
        "facts": facts(credential),
        **check(verify_url, credential, _CHECK_TEXT, _CHECK),
    }
    return Front(markup, shown)


def _height(blocks: dict[str, Block], styles: dict[str, str], measure: float) -> float:
    """Return the height that the blocks take in the sizes they were given."""
    height = 0.0
    for name, block in blocks.items():
        size = float(styles[f"{name}_style"].removeprefix("font-size:").split("pt")[0])
        if block.text:
            lines = lines_of(block.text, measure / size)
            height += block.above + lines * size * block.leading
    return height


def _sections(credential: Credential, measure: float, room: float) -> tuple[str, frozenset[str]]:
    """Return the sections that stand on the front, and their names."""
    known = {section.name: section for section in record_sections(credential)}
    chosen = [known[name] for name in _FIRST if name in known]
    size = next(
        (size for size in _SECTIONS if _total(chosen, size, measure) <= room), _SECTIONS[-1]
    )
    for name in _IF_ROOM:
        if name in known and _total([*chosen, known[name]], size, measure) <= room:
            chosen.append(known[name])
    drawn = "".join(section.html(size) for section in chosen)
    return drawn, frozenset(section.name for section in chosen)


def _total(sections: list[Section], size: float, measure: float) -> float:
    return sum(section.height(size, measure, _LABEL) for section in sections)
