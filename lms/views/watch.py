"""Who is at risk and why: flags that explain themselves, with an owner, a note and an outcome."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

import courses
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.errors import Forbidden, LmsError
from lms.forms.watch import FlagNoteForm, NoteForm, OutcomeForm, OwnerForm, RulesForm
from lms.services import accounts, cohorts, sittings, watch
from lms.services.cohorts import RunCohort
from lms.services.watch import Flag

pages = Blueprint("watch", __name__)

PAGE = 25
SHOWN = ("waiting", "mine", "dealt", "all")
NOBODY = 0
# A flag that was dealt with is looked at again after a week, unless somebody says otherwise.
LOOK_AGAIN = timedelta(days=7)
RULE_WORDS = {
    "safety": lazy("Safety-critical item missed again"),
    "certain": lazy("Wrong and certain"),
    "window": lazy("Closing soon"),
    "behind": lazy("Behind the plan"),
    "silent": lazy("Silent"),
}
OUTCOME_WORDS = {
    "contacted": lazy("Spoke with them"),
    "plan": lazy("Agreed a plan"),
    "extension": lazy("Gave more time"),
    "teaching": lazy("Taught it again"),
    "no-action": lazy("No action needed"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which flags of a cohort are shown, from which page of them."""

    shown: str
    rule: str
    page: int

    def query(self) -> dict[str, str | int | None]:
        """The choice as query parameters, the usual one as none."""
        return {
            "show": None if self.shown == "waiting" else self.shown,
            "only": self.rule or None,
            "page": None if self.page == 1 else self.page,
        }


def choice() -> Choice:
    """Read the choice from the address; what it does not know is the usual."""
    shown, named = request.args.get("show", ""), request.args.get("only", "")
    return Choice(
        shown if shown in SHOWN else "waiting",
        named if named in courses.RISK_RULES else "",
        max(1, request.args.get("page", 1, type=int)),
    )


@pages.get("/manage/cohorts/<int:cohort>/at-risk")
@rule("reader")
def cohort(cohort: int) -> str:
    """Show who of a cohort needs somebody, why, and who has taken it."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    now, chosen = clock.now(), choice()
    flags = watch.current_flags(db.session, cohort, now)
    today = today_of(found)
    lines = selected(flags, chosen, today)
    pages_in_all = max(1, -(-len(lines) // PAGE))
    chosen = replace(chosen, page=min(chosen.page, pages_in_all))
    begin = (chosen.page - 1) * PAGE
    return render_template(
        "watch/cohort.html",
        cohort=found,
        programme_name=found.programme_name,
        flags=lines[begin : begin + PAGE],
        count=len(lines),
        counts=Counter(state for flag in flags for state in states_of(flag, today)),
        by_rule=Counter(flag.rule for flag in selected(flags, replace(chosen, rule=""), today)),
        learners=len({flag.enrolment_id for flag in lines}),
        chosen=chosen,
        pages_in_all=pages_in_all,
        address=addresses(found, chosen),
        keepers=options(watch.list_keepers(db.session, found.programme_id)),
        mine=current_user.id,
        today=today,
        **words(),
    )


def options(keepers: Iterable[watch.Keeper]) -> list[dict[str, object]]:
    """Return whom flags can be given to, as the options of a choice."""
    people = [{"value": keeper.account_id, "text": keeper.name} for keeper in keepers]
    return [*people, {"value": NOBODY, "text": _("Nobody")}]


def today_of(found: RunCohort) -> date:
    """Return the day it is on the programme's clocks."""
    return clock.today_in(found.time_zone)


def words() -> dict[str, Any]:
    """Return the words that templates need for rules and outcomes."""
    return {"rule_words": RULE_WORDS, "outcome_words": OUTCOME_WORDS, "rules": courses.RISK_RULES}


def states_of(flag: Flag, today: date) -> Iterable[str]:
    """Return under which of SHOWN a flag appears."""
    yield "all"
    if not flag.needs_somebody(today):
        yield "dealt"
        return
    yield "waiting"
    if flag.owner_id == current_user.id:
        yield "mine"


def selected(flags: Sequence[Flag], chosen: Choice, today: date) -> list[Flag]:
    """Return the flags of a choice, in the order in which somebody should look."""
    return [
        flag
        for flag in flags
        if chosen.shown in states_of(flag, today) and chosen.rule in ("", flag.rule)
    ]


def addresses(found: RunCohort, chosen: Choice) -> Callable[..., str]:
    """Return what gives the address of the page with some of the choice changed."""

    def address(**change: Any) -> str:
        query = replace(chosen, **{"page": 1, **change}).query()
        return url_for("watch.cohort", cohort=found.id, **query)  # type: ignore[arg-type]

    return address


def owner_form(found: RunCohort) -> OwnerForm:
    """Return the form by which flags are given to somebody."""
    form = OwnerForm()
    keepers = watch.list_keepers(db.session, found.programme_id)
    form.owner.choices = [SelectChoice(each["value"], each["text"]) for each in options(keepers)]
    return form


@pages.get("/manage/cohorts/<int:cohort>/at-risk/table.<format>")
@rule("reader")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the flags as shown, all pages of them, as a table to take away."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    chosen = choice()
    lines = selected(watch.current_flags(db.session, cohort, clock.now()), chosen, today_of(found))
    return exports.noted(
        flags_table(found, lines),
        format,
        programme_id=found.programme_id,
        zone=found.time_zone,
        act="flags.exported",
        subject=found.title,
        detail={"flags": len(lines), "shown": chosen.shown, "rule": chosen.rule},
    )


def flags_table(found: RunCohort, flags: Iterable[Flag]) -> Table:
    """Return flags as a table to take away: without notes, which are about people."""

    def row(flag: Flag) -> tuple[Cell, ...]:
        return (
            flag.learner,
            str(RULE_WORDS[flag.rule]),
            "; ".join(flag.why.about),
            flag.why.since,
            flag.why.count or None,
            flag.why.until,
            flag.owner,
            str(OUTCOME_WORDS[flag.outcome]) if flag.outcome else "",
            flag.again_on,
        )

    return Table(
        name=_("At risk in %(cohort)s %(day)s", cohort=found.title, day=today_of(found)),
        columns=(
            Column(_("Learner")),
            Column(_("Rule"), _("Which rule speaks")),
            Column(_("About"), _("The units, objectives or quiz it is about, up to five")),
            Column(_("Since"), _("The day since which its cause holds"), "day"),
            Column(_("How many"), _("Units late, items or times missed"), "number"),
            Column(_("Closes"), _("When the window closes or closed"), "moment"),
            Column(_("Taken by")),
            Column(_("Outcome"), _("What came of it, as long as that stands")),
            Column(_("Look again on"), "", "day"),
        ),
        rows=(row(flag) for flag in flags),
    )


@pages.post("/manage/cohorts/<int:cohort>/at-risk/owner")
@rule("instructor")
def give(cohort: int) -> ResponseReturnValue:
    """Give the flags that are ticked to somebody."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    form, keys = owner_form(found), request.form.getlist("flag")[: 4 * PAGE]
    back = redirect(url_for("watch.cohort", cohort=cohort, show=request.form.get("show")), 303)
    if not keys:
        flash(_("Tick the flags that somebody takes."), "error")
        return back
    if not form.validate_on_submit():
        flash(_("Choose who takes them."), "error")
        return back
    owner = form.owner.data or None
    given = watch.give(db.session, found, keys, owner, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(ngettext("%(num)s flag given.", "%(num)s flags given.", given), "success")
    return back


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/flags")
@rule("reader")
def learner(cohort: int, enrolment: int) -> str:
    """Show the flags of one learner, what was done about each, and what may be done."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return shown(found, enrolment)


def shown(found: RunCohort, enrolment: int, problem: str = "") -> str:
    """Draw the page of a learner's flags; after a `problem`, with what was typed still there."""
    today, learner = today_of(found), sittings.learner_for(db.session, found, enrolment)
    if learner.account_id == current_user.id:
        raise Forbidden(_("What colleagues note about you is for them alone."))
    return render_template(
        "watch/learner.html",
        cohort=found,
        programme_name=found.programme_name,
        learner=learner,
        flags=watch.flags_now(db.session, found.id, clock.now(), enrolment),
        past=[each for each in watch.history_of(db.session, enrolment) if each.closed_at],
        keepers=options(watch.list_keepers(db.session, found.programme_id)),
        typed=request.form if problem else {},
        problem=problem,
        today=today,
        outcomes=[{"value": key, "text": text} for key, text in OUTCOME_WORDS.items()],
        again_on=(today + LOOK_AGAIN).isoformat(),
        **words(),
    )


@pages.post("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/flags")
@rule("instructor")
def act(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Give a learner's flag to somebody, leave a note on it, or say what came of it."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    sittings.learner_for(db.session, found, enrolment)
    key, form = request.form.get("flag", ""), form_for(found, request.form.get("do", ""))
    if not key.startswith(f"{enrolment}/"):
        return shown(found, enrolment, _("Choose one of the flags on this page.")), 422
    if not form.validate_on_submit():
        problem = next((text for each in form.errors.values() for text in each), "")
        return shown(found, enrolment, str(problem)), 422
    try:
        said = do(found, key, form)
    except LmsError as refused:
        db.session.rollback()
        return shown(found, enrolment, refused.message), 422
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("watch.learner", cohort=cohort, enrolment=enrolment), 303)


def form_for(found: RunCohort, done: str) -> OwnerForm | FlagNoteForm | OutcomeForm:
    """Return the form of what is to be done about a flag."""
    if done == "owner":
        return owner_form(found)
    return FlagNoteForm() if done == "note" else OutcomeForm()


def do(found: RunCohort, key: str, form: OwnerForm | FlagNoteForm | OutcomeForm) -> str:
    """Do what a form says about a flag, and say so."""
    how: dict[str, Any] = {"by": current_user.id, "now": clock.now()}
    if isinstance(form, OwnerForm):
        watch.give(db.session, found, [key], form.owner.data or None, **how)
        return str(_("The flag is given."))
    if isinstance(form, FlagNoteForm):
        watch.note(db.session, found, key, form.words.data or "", **how)
        return str(_("Noted."))
    watch.settle(
        db.session,
        found,
        key,
        outcome=form.outcome.data,
        words=form.words.data or "",
        again_on=form.again_on.data,
        **how,
    )
    return str(_("Dealt with. It asks again if its cause is still there then, or is fed anew."))


@pages.post("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/notes")
@rule("instructor")
def note(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Leave a note about a learner for colleagues."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    form = NoteForm()
    if form.validate_on_submit():
        watch.write_note(
            db.session,
            found,
            enrolment,
            form.words.data or "",
            ticket=form.ticket.data or "",
            by=current_user.id,
            now=clock.now(),
        )
        db.session.commit()
        flash(_("Noted. Staff of the programme can read it; the learner cannot."), "success")
    else:
        flash(_("Write a note of up to 2,000 characters."), "error")
    address = url_for("reports.learner_notes", cohort=cohort, enrolment=enrolment)
    return redirect(address, 303)


@pages.route("/manage/programmes/<int:programme>/at-risk", methods=["GET", "POST"])
@rule("reader", post="administrator")
def rules(programme: int) -> ResponseReturnValue:
    """Show which rules speak about learners, and let administrators change their numbers."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    held, form = watch.rules_of(db.session, programme), RulesForm()
    if form.validate_on_submit():
        told = courses.RiskRules(**{name: number_in(form, name) for name in courses.RISK_RULES})
        changed = watch.set_rules(db.session, programme, told, by=current_user.id, now=clock.now())
        db.session.commit()
        said = ngettext("%(num)s rule changed.", "%(num)s rules changed.", changed)
        flash(said if changed else _("Nothing was changed."), "success")
        return redirect(url_for("watch.rules", programme=programme), 303)
    if not form.is_submitted():
        for name in courses.RISK_RULES:
            number = getattr(held, name)
            form[f"{name}_on"].data = number is not None
            form[name].data = number or getattr(watch.USUAL, name)
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    page = render_template(
        "watch/rules.html",
        programme=found,
        programme_name=found.name,
        role=role,
        can_set=accounts.satisfies(role, "administrator"),
        lines=watch.list_rules(db.session, programme),
        form=form,
        watched_days=watch.WATCHED_DAYS,
        **words(),
    )
    return page, 422 if form.errors else 200


def number_in(form: RulesForm, name: str) -> int | None:
    """Return the number that a form gives a rule, None where it is switched off."""
    if not form[f"{name}_on"].data:
        return None
    number: int | None = form[name].data
    return number or getattr(watch.USUAL, name)
