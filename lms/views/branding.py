"""Brands: what a programme's certificates look like, changed by its administrators and tried."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.branding import MOST_SIGNATORIES, BrandForm
from lms.headers import POLICY
from lms.services import branding, cohorts

pages = Blueprint("branding", __name__)

# A logo and the signatures, and the fields beside them.
_LARGEST_FORM = (1 + MOST_SIGNATORIES) * certificates.LARGEST_PICTURE + 100_000
_FRAMING = f"{POLICY}; frame-src 'self'"
_FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class Owner:
    """The programme whose brand it is, as its pages need it."""

    id: int
    name: str
    time_zone: str


@pages.url_value_preprocessor
def _allow_pictures(_endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """Let people who are signed in send more to the one form that takes pictures."""
    takes_files = request.endpoint == "branding.edit" and request.method == "POST"
    if takes_files and current_user.is_authenticated:
        request.max_content_length = _LARGEST_FORM


@pages.route("/manage/programmes/<int:programme>/brand", methods=["GET", "POST"])
@rule("administrator")
def edit(programme: int) -> ResponseReturnValue:
    """Show the brand in use and its versions, and store the next."""
    owner = _owner(programme)
    brand = branding.current_brand(db.session, programme) or certificates.Brand()
    form, problem = BrandForm(data=_data(brand)), None
    is_stored = False
    if form.validate_on_submit():
        changed = _changed(brand, form)
        try:
            if changed is not None:
                branding.store_brand(
                    db.session, programme, changed, by=current_user.id, now=clock.now()
                )
                is_stored = True
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
    if is_stored:
        db.session.commit()
        flash(_("Stored. Certificates awarded from now on look like this."), "success")
        return redirect(url_for("branding.preview", programme=programme), 303)
    page = render_template(
        "branding/edit.html",
        programme=owner,
        programme_name=owner.name,
        brand=brand,
        versions=branding.list_versions(db.session, programme),
        form=form,
        problems=_problems(form, problem),
        most=certificates.LARGEST_PICTURE // 1024,
    )
    return page, 422 if form.is_submitted() else 200


@pages.get("/manage/programmes/<int:programme>/brand/preview")
@rule("overseer")
def preview(programme: int) -> Response:
    """Show every design on every paper in the brand in use, and what is amiss with each."""
    owner = _owner(programme)
    name = _name()
    brand = branding.current_brand(db.session, programme)
    verify_address = current_app.config["SETTINGS"].verify_address
    page = render_template(
        "branding/preview.html",
        programme=owner,
        programme_name=owner.name,
        brand=brand,
        specimens=branding.specimens_of(owner.name, brand, verify_address, name),
        names=branding.NAMES,
        name=name,
    )
    answer = Response(page)
    answer.headers["Content-Security-Policy"] = _FRAMING
    return answer


@pages.get("/manage/programmes/<int:programme>/brand/preview/<design>-<paper>.pdf")
@rule("overseer")
def specimen(programme: int, design: str, paper: str) -> Response:
    """Return a design on a paper as a file, in the brand in use."""
    owner = _owner(programme)
    content = branding.draw_specimen(
        owner.name,
        branding.current_brand(db.session, programme),
        current_app.config["SETTINGS"].verify_address,
        kind=design,
        paper=paper,
        name=_name(),
    )
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="specimen-{design}-{paper}.pdf"'
    answer.headers["Content-Security-Policy"] = _FRAMED
    return answer


def _owner(programme: int) -> Owner:
    """Return a programme that the person who asks administers, or refuse."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return Owner(found.id, found.name, found.time_zone)


def _name() -> str:
    asked = request.args.get("name", "usual")
    return asked if asked in branding.NAMES else "usual"


def _data(brand: certificates.Brand) -> dict[str, Any]:
    """Return what the form begins with."""
    people = [{"full_name": one.name, "role": one.role} for one in brand.signatories]
    return {
        "primary": brand.primary,
        "logo_alt": brand.logo_alt,
        "statement": brand.statement,
        "paper": brand.paper,
        "people": people + [{}] * (MOST_SIGNATORIES - len(people)),
    }


def _changed(brand: certificates.Brand, form: BrandForm) -> certificates.Brand | None:
    """Return the brand as the form has it, or None with its errors written into the form."""
    logo = _picture(form.logo, None if form.drop_logo.data else brand.logo)
    kept = {person.name: person.image for person in brand.signatories}
    people = []
    for row in form.people:
        name = row.form.full_name.data
        image = _picture(
            row.form.signature, None if row.form.drop_signature.data else kept.get(name)
        )
        if name:
            people.append(certificates.SignedBy(name, row.form.role.data, image))
    if logo is not None and not form.logo_alt.data:
        form.logo_alt.errors = [_("Say what the logo shows, for those who cannot see it.")]
    if any(field.errors for field in _fields(form)):
        return None
    return certificates.Brand(
        primary=form.primary.data,
        logo=logo,
        logo_alt=form.logo_alt.data if logo is not None else "",
        signatories=tuple(people),
        statement=form.statement.data,
        paper=form.paper.data,
    )


def _fields(form: BrandForm) -> Iterator[Any]:
    """Yield every field that may have errors, those of the signatories too."""
    yield from (field for field in form if field.name != form.people.name)
    for row in form.people:
        yield from row.form


def _problems(form: BrandForm, refused: str | None) -> list[dict[str, str]]:
    """Return what is wrong, each with the place to put it right."""
    told = [{"text": refused, "href": f"#{form.primary.id}"}] if refused else []
    for field in _fields(form):
        label = field.label.text
        told += [{"text": f"{label}: {one}", "href": f"#{field.id}"} for one in field.errors]
    return told


def _picture(field: Any, kept: bytes | None) -> bytes | None:
    """Return the clean picture that was handed in, or the one there was; note what is wrong."""
    if not field.data:
        return kept
    try:
        return certificates.clean_picture(field.data.read(certificates.LARGEST_PICTURE + 1))
    except certificates.PictureError as error:
        field.errors = [str(error)]
        return kept
