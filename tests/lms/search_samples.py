"""Releases made for search: one lesson on medicines, a job aid, a term, and two facts."""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.catalogue import Release
from lms.services import search

CITE = '<sup class="cites"><a class="cite" href="#src-TST-001" id="cite-1">TST-001</a></sup>'
MEDICINES = f"""<p>A list of medicines raises three questions.{CITE}</p>
<h2 id="s-lithium">Lithium: harm</h2>
<p>Of 62 reports of lithium with a <button class="term" type="button"
popovertarget="term-classic">classic psychedelic</button>, 47% described seizures{CITE} and 39%
medical attention. Never stop lithium to qualify.</p>
<h2 id="s-maoi">What nobody lists</h2>
<p>An MAOI with MDMA can kill. The main rule of the main list in the main: ask.</p>
<figure class="figure" id="fig-washout"><div class="figure-scroll" tabindex="0" role="region"
aria-label="Figure: Washout"><svg role="img" aria-label="Fluoxetine lingers for five weeks.">
<text>drawn words</text></svg></div><figcaption>Washout.</figcaption></figure>
<div class="check" role="group" aria-labelledby="check-1-title"><h3 class="check-title"
id="check-1-title">Pause and decide</h3><p>Mr Hart takes duloxetine. What now?</p>
<fieldset class="check-options"><legend>Your choice</legend><label class="check-option">
<input type="radio" name="check-1" value="1"> <span>Distractor abruptly</span></label></fieldset>
<details class="check-answer"><summary>Show the reasoning</summary><p>Spoiler.</p></details></div>
<div class="check claim" role="group" aria-labelledby="claim-2-title"><h3 class="check-title"
id="claim-2-title">Judge the claim</h3><blockquote class="claim-words"><p>“Tapering is always
harmless.”</p></blockquote><fieldset class="check-options"><legend>What now?</legend>
</fieldset><details class="check-answer"><summary>Show</summary><p class="check-verdict">
<span class="check-sign" aria-hidden="true">✗</span> <strong>It does not hold</strong></p>
<div class="check-why"><p>Relapse was reported after supervised tapers.{CITE}</p></div>
</details></div>
<p>After the claim the section goes on about ayahuasca.</p>"""
AID = '<p>Pin it up.</p><h2 id="s-first">First minutes</h2><p>Oximetry, oxygen, airway.</p>'


def add_release(
    session: Session,
    *,
    html: str = MEDICINES,
    statement: str = "Lithium and psilocybin: seizures were reported.",
    slug: str = "small-course",
    label: str = "2026.7",
    written: bool = True,
) -> Release:
    """Publish the small course with another first lesson, job aid, term and facts."""
    known = session.scalars(sa.select(Release.document).order_by(Release.id)).first()
    assert known is not None
    document = json.loads(known)
    course = document["course"]
    module = course["modules"][0]
    course["slug"] = slug
    lesson = module["lessons"][0]
    lesson |= {"title": "Medicines and danger", "html": html, "summary": "Sort a medicine list."}
    lesson["key_points"] = ["Exclude lithium, never stop it."]
    for each in module["lessons"]:
        each["terms"] = []
    module["job_aids"] = [
        {
            "slug": "first-minutes",
            "title": "Acute distress",
            "summary": "Whom to call.",
            "safety_critical": True,
            "reviewed_on": "2026-11-22",
            "html": AID,
            "citations": [],
        }
    ]
    module["terms"] = [
        {
            "term": "monoamine oxidase inhibitor",
            "also": ["MAOI"],
            "html": "A drug that inhibits an enzyme.",
            "citations": [],
        }
    ]
    document["facts"][0]["statement"] = statement
    text = json.dumps(document)
    release = Release(
        course_slug=slug,
        label=label,
        content_hash=hashlib.sha256(f"{slug} {label} {text}".encode()).hexdigest(),
        document=text,
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    session.add(release)
    session.flush()
    if written:
        search.write_missing(session)
    return release
