"""Every address of the application, knocked at by everybody: who is let in, and what it changes.

The rule that a route declares decides what each of the cast must get; a route without a rule, or
one that this matrix cannot fill in, fails.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from lms import clock
from lms.access import RULES, rule_of
from lms.app import create_app
from lms.db import Base, db
from lms.services import register
from tests.act_samples import dispute
from tests.cast import Cast, settings_for, token_in
from tests.changes import SLUG, publish_update
from tests.closing_course import disclose_nothing
from tests.cohort_samples import queue_up
from tests.completion_samples import report
from tests.credit_samples import claim_credits
from tests.invitation_samples import call_in
from tests.kept_samples import keep_reports
from tests.live_samples import meet, state
from tests.message_samples import announce
from tests.practice_samples import practise
from tests.psychometric_samples import convene
from tests.review_samples import review
from tests.roster_samples import bring
from tests.stories import Told, settle, show, tell
from tests.transcript_samples import file_away

EVERYBODY = (
    *("", "Otto", "Lena", "Leo", "Ivo", "Ada", "Olga"),
    *("Dina", "Ed", "Rhea", "Saul", "Pia"),
)
# Whose things the matrix asks for: Leo's study, Northgate's management.
HIS = {"Leo"}
# Who satisfies what a route asks: written out, so that a slip in the code's own list shows.
ASKED = {
    "reader": {"Ivo", "Ada", "Dina", "Ed", "Rhea"},
    "overseer": {"Ada", "Dina", "Rhea"},
    "instructor": {"Ivo", "Ada", "Dina", "Ed"},
    "administrator": {"Ada", "Dina"},
    "director": {"Dina"},
    "supervisor": {"Ada", "Dina", "Saul"},
    "partner": {"Pia"},
}
STAFF, ADMINISTRATORS = ASKED["reader"], ASKED["administrator"]
# A head is judged as its page is: a stranger, a learner and an administrator tell.
ASKING_FOR_HEADS = {"", "Leo", "Ada"}
# Who sits on the panel that the matrix asks for.
JUDGES = {"Ivo"}
# Addresses of a member's own list, which holds only what is theirs.
NOT_THEIRS = {"accounts.end_session": 404}
# A member of the programme without the right is told so; to strangers nothing is there.
LEARNERS_OF_THE_PROGRAMME = {"Lena", "Leo"}


@pytest.fixture(scope="module")
def story(
    template: tuple[str, Cast],
    copy_database: Callable[[str, str, Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path, Told]:
    """The database in which all has happened, made once, with its folder of files."""
    folder, files = tmp_path_factory.mktemp("story"), tmp_path_factory.mktemp("files")
    address = copy_database(template[0], "story", folder)
    app = create_app(settings_for(files, address))
    told = happen(app, template[1], tmp_path_factory.mktemp("curriculum"))
    with app.app_context():
        db.engine.dispose()
    return address, files, told


@pytest.fixture
def address(
    story: tuple[str, Path, Told], tmp_path: Path, copy_database: Callable[[str, str, Path], str]
) -> str:
    """A copy of it, files and all, for each test."""
    shutil.copytree(story[1], tmp_path, dirs_exist_ok=True)
    return copy_database(story[0], "test", tmp_path)


@pytest.fixture
def told(story: tuple[str, Path, Told]) -> Told:
    return story[2]


def happen(app: Flask, cast: Cast, tmp_path: Path) -> Told:
    """Leo has read, failed, passed, is certified and has an update to read; Lena sits."""
    told = tell(app, cast)
    with app.app_context():
        publish_update(db.session, tmp_path, clock.now())
        settle(db.session, cast, clock.now())
        queue_up(db.session, cast, clock.now())
        convene(db.session, cast, clock.now())
        review(db.session, told, clock.now())
        file_away(db.session, cast, app.config["SETTINGS"].data, clock.now())
        register.sign(db.session, app.config["SETTINGS"], clock.now())
        show(db.session, told, clock.now())
        disclose_nothing(db.session, cast, clock.now())
        claim_credits(db.session, told, clock.now())
        announce(db.session, cast, clock.now())
        meet(db.session, cast, clock.now())
        state(db.session, cast, app.config["SETTINGS"].data, clock.now())
        bring(db.session, cast, app.config["SETTINGS"].data, clock.now())
        report(db.session, cast, app.config["SETTINGS"].secret(), clock.now())
        practise(db.session, cast, tmp_path, clock.now())
        call_in(db.session, cast, clock.now())
        keep_reports(db.session, cast, clock.now())
        # Last: what is suspended is handed out no more.
        dispute(db.session, told, clock.now())
        db.session.commit()
    return told


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for route in app.url_map.iter_rules():
        for method in sorted((route.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield route, method


@dataclass(frozen=True)
class Filled:
    """An address with Leo's and Northgate's things filled in."""

    told: Told

    def path(self, app: Flask, route: Rule) -> str:
        values = {name: self.value(name) for name in route.arguments}
        with app.test_request_context():
            return route.build(values, append_unknown=False)[1]  # type: ignore[index]

    def value(self, name: str) -> str | int:
        """Return what stands for an argument; KeyError for one that nobody thought of."""
        known: dict[str, str | int] = {
            "enrolment": self.told.cast.leo_seat,
            "cohort": self.told.cast.autumn,
            "programme": self.told.cast.northgate,
            "person": self.told.cast.ivo,
            "attempt": self.told.passed_attempt,
            "number": 1,
            "module": "first-module",
            "lesson": "lesson-1",
            "aid": "on-the-wall",
            "note": self.told.leo_note,
            "serial": self.told.serial,
            "slug": "northgate",
            "token": "no-such-token",
            "message": self.told.message,
            "sign_in": self.told.leo_sign_in,
            "link": 1,
            "filename": "css/base.css",
            "fact": "TST-001",
            "release": self.told.cast.release,
            "update": SLUG,
            "bank": "small-course",
            "column": self.told.item,
            "study": 1,
            "judge": 1,
            "named": 2,
            # Who waits and what invites, as `queue_up` leaves it.
            "waiting": 1,
            "invitation": 1,
            # What `settle` settles, each the first of its kind.
            "accommodation": 1,
            "given": 1,
            "group": 1,
            "incident": 1,
            # Likewise what `review` leaves half-way.
            "ruling": 1,
            "appeal": 1,
            "concern": 1,
            # And what `file_away` files away.
            "external": 1,
            "check": 1,
            "batch": 1,
            # What `keep_reports` keeps.
            "saved_report": 1,
            "pack": 1,
            # What `bring` leaves waiting.
            "roster": 1,
            "report": 1,
            "format": "csv",
            # Likewise what `dispute` leaves.
            "act": "revoke",
            "proposal": 1,
            "disclosure": 1,
            "approval": 1,
            "claim": 1,
            "competence": 1,
            "item": self.told.item,
            "form": "json",
            "listing": "revocation-1",
            "tile_path": "0/000.p/1",
            "design": "course",
            "paper": "a4",
            "program_name": "witness.py",
            "reminder": "overdue",
            "announcement": 1,
            # And what `meet` and `state` leave.
            "live": 1,
            "entry": 1,
            "qualification": 1,
            # And what `practise` leaves.
            "site": 1,
            "supervisor": 1,
            "kind": "practicum",
            "observation": 1,
            "rating": 1,
        }
        return known[name]


def expected(rule: str, endpoint: str, who: str, method: str) -> set[int]:
    """Return the statuses that a rule allows somebody to get."""
    fine = {200, 302, 303} if method == "GET" else {200, 302, 303, 409, 422}
    if rule in ("public", "development"):
        return fine | ({404} if endpoint in MAY_BE_EMPTY else set())
    if not who:
        return {302} if method == "GET" else {302, 401}
    if endpoint == "cohorts.index":
        return fine if who in STAFF | {"Olga"} else {404}
    if rule == "member":
        return fine if who == "Leo" or endpoint not in NOT_THEIRS else {NOT_THEIRS[endpoint]}
    if rule == "learner":
        return fine if who in HIS else {403 if who in STAFF else 404}
    if rule == "private":
        return fine if who in HIS else {404}
    if rule == "judge":
        return fine if who in JUDGES else {403 if who in ADMINISTRATORS else 404}
    if who in ASKED[rule]:
        return fine
    return {403, 404} if who in STAFF | LEARNERS_OF_THE_PROGRAMME else {404}


# A set-up or confirmation link that does not exist is answered so to everybody.
MAY_BE_EMPTY = {
    "badges.published",
    "faculty.invited",
    "live.feed",
    "accounts.setup",
    "security.confirm_email",
    "security.reset_password",
    "mail.unsubscribe",
    "practice.by_link",
    "renewals.stop",
    "rosters.invited",
    "verification.shared",
}


# An export leaves its entry in the trail (29): whatever ends as `EXPORT` does, and what is here.
# What is signed is kept when it is first asked for, by somebody with the right to it, and the same
# to everybody after.
KEEPS = {
    "renewals.lapsing_table": {"audit_entries"},
    "psychometrics.items_table": {"audit_entries"},
    "dossiers.as_json": {"audit_entries"},
    "dossiers.as_pdf": {"audit_entries"},
    "rosters.rows": {"audit_entries"},
    "badges.download": {"badges"},
    "credentials.certificate": {"badges", "certificate_files", "log_checkpoints", "log_tiles"},
}


EXPORT = "/table.<format>"


def keeps(route: Rule) -> set[str]:
    """Return the tables that a look at an address may change."""
    exported = {"audit_entries"} if route.rule.endswith(EXPORT) else set()
    return exported | KEEPS.get(route.endpoint, set())


def test_every_route_declares_a_known_rule(app: Flask) -> None:
    """Default deny: a route that declares nothing fails here, and answers 500 at the door."""
    undeclared = [
        route.rule
        for route, method in routes(app)
        if rule_of(app, route.endpoint, method) not in RULES
    ]
    assert undeclared == []


def test_no_two_pages_share_an_address(app: Flask) -> None:
    """Of two only the first would ever be seen."""
    known: dict[tuple[str, str], str] = {}
    for route, method in routes(app):
        shape = (re.sub(r"<[^>]*>", "<>", route.rule), method)
        assert known.setdefault(shape, route.endpoint) == route.endpoint, shape


def test_an_undeclared_route_is_closed_to_everybody(
    app: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    """The vulnerable twin: a route somebody forgot to declare lets nobody in."""
    ada = client_of("Ada")
    app._got_first_request = False  # as if the route had been there from the beginning
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    app.testing = False
    for client in (app.test_client(), ada):
        answer = client.get("/forgotten")
        assert answer.status_code == 500
        assert "secret" not in answer.text


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_what_the_rule_says_and_looking_changes_nothing(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient], who: str
) -> None:
    """Invariants 5, 7, 23, 24, 25, 27, 29 and 36: rights are decided by the server, per thing."""
    client = client_of(who) if who else app.test_client()
    watch = Watch(app)
    wrong = []
    for route, method in routes(app):
        if method != "GET":
            continue
        rule = rule_of(app, route.endpoint)
        assert rule is not None
        path = Filled(told).path(app, route)
        verbs = (client.get, client.head) if who in ASKING_FOR_HEADS else (client.get,)
        for verb in verbs:
            with verb(path) as answer:
                status = answer.status_code
            if status not in expected(rule, route.endpoint, who, method):
                wrong.append(f"{path} ({rule}): {status}")
        changed = watch.changed()
        if not changed <= keeps(route):
            wrong.append(f"{path} changed {sorted(changed)}")
    assert wrong == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_changes_what_the_rule_keeps_from_them(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient], who: str
) -> None:
    """Every address that takes a form, with a valid token and with none of the right: refused."""
    client = client_of(who) if who else app.test_client()
    token = token_of(client, who)
    watch = Watch(app)
    wrong = []
    for route, method in routes(app):
        rule = rule_of(app, route.endpoint, method) or ""
        if method == "GET" or who in allowed(rule, route.endpoint):
            continue
        if rule in ("public", "development", "member"):
            continue  # theirs to use; what it may touch is tested where it is used
        path = Filled(told).path(app, route)
        status = send(client, method, path, token).status_code
        if status not in expected(rule, route.endpoint, who, method):
            wrong.append(f"{method} {path} ({rule}): {status}")
        if watch.changed():
            wrong.append(f"{method} {path} changed the database")
    assert wrong == []


def allowed(rule: str, endpoint: str) -> set[str]:
    if rule in ("learner", "private"):
        return HIS
    return ({"judge": JUDGES} | ASKED).get(rule, set())


# The token is judged before the person: a stranger, a learner and an administrator tell.
@pytest.mark.parametrize("who", ["", "Leo", "Ada"])
def test_no_form_is_taken_without_its_token(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient], who: str
) -> None:
    """CSRF: without the session's own token every change is refused and changes nothing."""
    client = client_of(who) if who else app.test_client()
    watch = Watch(app)
    wrong = []
    for route, method in routes(app):
        if method == "GET":
            continue
        path = Filled(told).path(app, route)
        for token in ("", "forged"):
            status = send(client, method, path, token).status_code
            sent_away = status == 302 and not who
            if status not in (400, 404) and not sent_away:
                wrong.append(f"{method} {path}: {status}")
            if watch.changed():
                wrong.append(f"{method} {path} changed the database")
    assert wrong == []


def test_a_new_argument_in_an_address_has_to_be_filled_in_here(app: Flask, told: Told) -> None:
    addresses = app.url_map.bind("localhost")
    for route, method in routes(app):
        path = Filled(told).path(app, route)
        assert addresses.match(path, method)[0] == route.endpoint, path


def send(client: FlaskClient, method: str, path: str, token: str) -> object:
    """Send a form and, where the address takes JSON, the JSON its script would send."""
    json_of = {"place": {"heading": ""}, "response": {"sequence": 1, "answer": "a"}}
    body = json_of.get(path.rsplit("/", 1)[1])
    headers = {"X-CSRFToken": token} if token else {}
    if body is not None:
        return client.open(path, method=method, json=body, headers=headers)
    form = {"answer": "a", "sequence": "1"} | ({"csrf_token": token} if token else {})
    return client.open(path, method=method, data=form)


def token_of(client: FlaskClient, who: str) -> str:
    return token_in(client.get("/account" if who else "/sign-in").text)


class Watch:
    """Sees what changes in the database: what every table holds, read again once something did."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._own = None
        with app.app_context():
            engine = db.session.get_bind().engine
            if engine.dialect.name == "sqlite":
                # Of another connection's commits alone, whatever they wrote (sqlite.org, PRAGMA
                # data_version), it tells at once; to read all tables takes as long as ten pages.
                self._own = engine.dialect.loaded_dbapi.connect(engine.url.database)
        self._version = self._now()
        self._held = contents(app)

    def _now(self) -> int | None:
        return self._own and self._own.execute("PRAGMA data_version").fetchone()[0]

    def changed(self) -> set[str]:
        """Return the tables that hold something else than when this was last asked."""
        version = self._now()
        if version is not None and version == self._version:
            return set()
        before, self._held, self._version = self._held, contents(self._app), version
        return {table for table in self._held if self._held[table] != before[table]}


def contents(app: Flask) -> dict[str, tuple[int, int]]:
    """Return how many rows each table holds, and a fingerprint of what is in them."""
    with app.app_context():
        found = {}
        for table in Base.metadata.sorted_tables:
            rows = sorted(map(repr, db.session.execute(sa.select(table))))
            found[table.name] = (len(rows), hash(tuple(rows)))
    return found


def test_what_is_leos_is_not_there_for_lena(
    app: Flask, told: Told, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariants 15 and 23: numbers swapped in the address lead nowhere, with the same words."""
    lena = client_of("Lena")
    theirs = [
        f"/learn/{told.cast.leo_seat}/first-module/lesson-1",
        f"/learn/{told.cast.leo_seat}/progress",
        f"/learn/{told.cast.leo_seat}/first-module/quiz",
        f"/attempts/{told.passed_attempt}/items/1",
        f"/attempts/{told.passed_attempt}/review",
        f"/attempts/{told.passed_attempt}/result",
        f"/credentials/{told.serial}/certificate.pdf",
    ]
    for path in theirs:
        there = lena.get(path)
        nowhere = lena.get(re.sub(r"\d{1,6}(?=/)|(?<=credentials/)\w+", "99999", path, count=1))
        assert there.status_code == nowhere.status_code == 404, path
        assert there.text == nowhere.text, path
