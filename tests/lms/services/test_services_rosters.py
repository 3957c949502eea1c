"""Rosters: shown before they are done, all or nothing, the same twice, undone where possible."""

import io
from datetime import datetime, timedelta
from operator import attrgetter

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.errors import Conflict, Forbidden, LmsError, NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.learning import LessonCompletion
from lms.models.mail import OutboxMessage
from lms.models.rosters import ExternalId, RosterInvitation
from lms.models.watch import RiskFlag, RiskFlagAct
from lms.services import cohorts, rosters
from lms.services.rosters import plan, trying
from lms.services.rosters.people import Person
from tests.cast import THEN, Cast
from tests.races import at_once

NOW = THEN + timedelta(days=40)
UNKNOWN = "hash of nothing"


@pytest.fixture
def config(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


def csv(*rows: str) -> bytes:
    return "\r\n".join(["Staff number,E-mail,Name,Profession", *rows]).encode()


class Office:
    """An administrator with a spreadsheet."""

    def __init__(self, session: Session, config: Settings, cast: Cast) -> None:
        self.session, self.data, self.config, self.cast = session, config.data, config, cast

    def send(self, data: bytes, now: datetime = NOW) -> int:
        run = cohorts.cohort_for(self.session, self.cast.ada, self.cast.autumn, "administrator")
        roster = rosters.send(
            self.session,
            run,
            io.BytesIO(data),
            "people.csv",
            data=self.data,
            by=self.cast.ada,
            now=now,
        )
        self.session.commit()
        rosters.work(self.session, self.data, lambda: now)
        return roster

    def apply(self, roster: int, now: datetime = NOW) -> None:
        rosters.apply(self.session, roster, password_hash=UNKNOWN, by=self.cast.ada, now=now)
        self.session.commit()

    def undo(self, roster: int, now: datetime) -> dict[str, int]:
        ends = rosters.undo(self.session, roster, by=self.cast.ada, now=now)
        self.session.commit()
        return ends

    def kinds(self, roster: int) -> list[str]:
        return [row.kind for row in rosters.list_rows(self.session, roster)]

    def notes(self, roster: int) -> list[list[str]]:
        rows = rosters.list_rows(self.session, roster)
        return [[note.code for note in row.notes] for row in rows]

    def write(self, now: datetime = NOW) -> list[str]:
        """Write the invitations that wait; return the tokens in them, in their order."""
        rosters.write_waiting(self.session, self.config, now)
        query = sa.select(OutboxMessage.body).where(OutboxMessage.body.contains("/invited/"))
        bodies = self.session.scalars(query.order_by(OutboxMessage.id))
        return [body.split("/invited/", 1)[1].split()[0] for body in bodies]


@pytest.fixture
def office(session: Session, config: Settings, cast: Cast) -> Office:
    return Office(session, config, cast)


def everything(session: Session) -> dict[str, list[str]]:
    """Return what a roster may touch, but the rosters themselves."""
    tables = (Account, Enrolment, ExternalId, RosterInvitation, OutboxMessage)
    return {
        table.__tablename__: sorted(
            map(repr, session.execute(sa.select(*table.__table__.columns).order_by(table.id)))
        )
        for table in tables
    }


def count(session: Session, table: type[object]) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


# --- showing --------------------------------------------------------------------------------


def test_a_draft_shows_each_row_and_does_nothing(office: Office, session: Session) -> None:
    before = everything(session)
    roster = office.send(
        csv(
            "N-1,amara@hospital.example,Amara Singh,Nurse",
            "N-2,lena@example.org,Lena Marković,Licensed psychologist",
            ",leo@example.org,Leo Ferreira,",
            "N-4,no address,Nobody,",
            "N-1,other@hospital.example,Other,",
        )
    )
    assert office.kinds(roster) == ["new", "change", "match", "error", "error"]
    assert office.notes(roster) == [[], ["links"], [], ["no-address"], ["repeated"]]
    assert everything(session) == before
    assert not list(office.data.glob("rosters/*")), "the file is gone once it is read"


def test_what_cannot_be_read_says_why_and_leaves_no_file(office: Office, session: Session) -> None:
    roster = office.send(b"Phone,City\r\n1,Portland\r\n")
    line = rosters.roster_for(session, office.cast.ada, roster, "administrator")
    assert (line.state, line.rows_read) == ("unreadable", 0)
    assert "E-mail" in (line.problem or "")
    assert not list(office.data.glob("rosters/*"))


def test_a_reader_that_dies_half_way_is_replaced_and_nothing_is_read_twice(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second lot kills the first reader; its claim lapses, and another begins anew."""
    monkeypatch.setattr(trying, "LOT", 3)
    told = trying.judge
    lots = []

    def dies(*given: object, **more: object) -> object:
        lots.append(given)
        if len(lots) == 2:
            raise KeyboardInterrupt
        return told(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(trying, "judge", dies)
    with pytest.raises(KeyboardInterrupt):
        office.send(csv(*(f"N-{n},p{n}@hospital.example,Person," for n in range(8))))
    session.rollback()
    assert rosters.work(session, office.data, lambda: NOW) == 0, "it is claimed still"
    assert rosters.work(session, office.data, lambda: NOW + trying.CLAIM_LASTS * 2) == 1
    (line,) = rosters.list_rosters(session, office.cast.autumn)
    assert (line.state, line.rows_read) == ("tried", 8)
    assert [row.number for row in rosters.list_rows(session, line.id)] == list(range(2, 10))


def test_the_same_file_sent_twice_is_one_draft(office: Office) -> None:
    data = csv("N-1,amara@hospital.example,Amara Singh,")
    assert office.send(data) == office.send(data)


def test_only_those_who_run_the_programme_see_it(office: Office, session: Session) -> None:
    roster = office.send(csv("N-1,amara@hospital.example,Amara Singh,"))
    cast = office.cast
    for who, refusal in ((cast.ivo, Forbidden), (cast.leo, Forbidden), (cast.olga, NotFound)):
        with pytest.raises(refusal):
            rosters.roster_for(session, who, roster, "overseer")


def test_a_draft_never_tells_that_somebody_unknown_here_has_an_account(
    office: Office, session: Session
) -> None:
    """Otto and Olga have accounts, and no business with Northgate: they look like anybody new."""
    roster = office.send(
        csv(
            "N-1,otto@example.org,Somebody,",
            "N-2,olga@example.org,Somebody,",
            "N-3,nobody@hospital.example,Somebody,",
        )
    )
    rows = rosters.list_rows(session, roster)
    assert len({(row.kind, row.acts, row.notes) for row in rows}) == 1


# --- applying -------------------------------------------------------------------------------


def test_applying_makes_accounts_places_and_numbers_once(office: Office, session: Session) -> None:
    data = csv(
        "N-1,amara@hospital.example,Amara Singh,Nurse",
        "N-2,ben@hospital.example,Ben Okri,",
        "N-3,lena@example.org,Lena Marković,",
    )
    roster = office.send(data)
    office.apply(roster)
    amara = session.scalars(sa.select(Account).where(Account.email.contains("amara"))).one()
    assert (amara.full_name, amara.profession, amara.confirmed_at) == ("Amara Singh", "Nurse", None)
    place = sa.select(Enrolment).where(Enrolment.account_id == amara.id)
    assert session.scalars(place).one().cohort_id == office.cast.autumn
    after = everything(session)
    again = office.send(data)
    assert office.kinds(again) == ["match", "match", "match"]
    assert all(not row.acts for row in rosters.list_rows(session, again))
    office.apply(again)
    assert everything(session) == after


def test_one_wrong_row_keeps_all_from_being_applied(office: Office, session: Session) -> None:
    before = everything(session)
    roster = office.send(csv("N-1,amara@hospital.example,Amara Singh,", "N-2,,Nobody,"))
    with pytest.raises(Refused, match="as a whole"):
        office.apply(roster)
    session.rollback()
    assert everything(session) == before


def test_a_draft_that_no_longer_holds_is_shown_anew(office: Office, session: Session) -> None:
    """Between looking and applying, the number was given to somebody else."""
    roster = office.send(csv("N-1,amara@hospital.example,Amara Singh,"))
    session.add(
        ExternalId(
            programme_id=office.cast.northgate,
            external_id="N-1",
            account_id=office.cast.leo,
            linked_at=NOW,
        )
    )
    session.commit()
    with pytest.raises(Conflict, match="changed"):
        office.apply(roster)
    session.rollback()
    assert rosters.try_again(session, roster) == 1
    session.commit()
    assert office.kinds(roster) == ["match"] and office.notes(roster) == [
        ["own-address", "own-name"]
    ]


def test_no_more_places_are_given_than_there_are(office: Office, session: Session) -> None:
    session.get_one(Cohort, office.cast.autumn).capacity = 3
    session.commit()
    roster = office.send(csv("1,a@hospital.example,A,", "2,b@hospital.example,B,"))
    with pytest.raises(Refused, match="2 places, and 1 of 3"):
        office.apply(roster)


def test_a_roster_is_applied_once_however_many_decide(
    app: Flask, office: Office, session: Session
) -> None:
    roster = office.send(csv(*(f"N-{n},p{n}@hospital.example,Person," for n in range(20))))
    before = count(session, Enrolment)
    session.rollback()

    def act(own: Session, number: int) -> str:
        rosters.apply(own, roster, password_hash=UNKNOWN, by=office.cast.ada, now=NOW)
        return "applied"

    answers = at_once(app, act, threads=10)
    assert answers.count("applied") == 1
    assert sum(isinstance(each, LmsError) for each in answers) == 9
    session.rollback()
    assert count(session, Enrolment) == before + 20


def test_people_with_an_account_of_their_own_keep_name_and_address(
    office: Office, session: Session
) -> None:
    """A roster is no way to take an account over: neither by number nor by address."""
    office.apply(office.send(csv("N-9,leo@example.org,Leo Ferreira,")))
    leo = repr(
        session.execute(
            sa.select(*Account.__table__.columns).where(Account.id == office.cast.leo)
        ).one()
    )
    roster = office.send(csv("N-9,thief@evil.example,Thief,Thief"))
    assert office.notes(roster) == [["own-address", "own-name"]]
    office.apply(roster)
    found = session.execute(
        sa.select(*Account.__table__.columns).where(Account.id == office.cast.leo)
    ).one()
    assert repr(found) == leo
    assert not office.write()[1:], "no link leads to his account"


def test_a_pending_account_is_corrected_and_its_old_link_ends(
    office: Office, session: Session
) -> None:
    office.apply(office.send(csv("N-1,amra@hospital.example,Amra Sing,")))
    (old,) = office.write()
    roster = office.send(csv("N-1,amara@hospital.example,Amara Singh,Nurse"))
    assert office.kinds(roster) == ["change"]
    office.apply(roster)
    _old, new = office.write()
    person = rosters.invited_by(session, new, NOW)
    assert (person.email, person.full_name) == ("amara@hospital.example", "Amara Singh")
    with pytest.raises(NotFound):
        rosters.invited_by(session, old, NOW)


# --- invitations ----------------------------------------------------------------------------


def test_a_link_sets_a_password_once(office: Office, session: Session) -> None:
    office.apply(office.send(csv("N-1,amara@hospital.example,Amara Singh,")))
    (token,) = office.write()
    assert office.write() == [token], "nothing is written twice"
    account = rosters.accept_anew(
        session,
        token,
        password_hash="hers",
        full_name="Amara K. Singh",
        profession="Nurse",
        now=NOW,
    )
    session.commit()
    assert (account.password, account.confirmed_at) == ("hers", NOW)
    with pytest.raises(NotFound):
        rosters.invited_by(session, token, NOW)


def test_a_link_ends_with_its_time_and_with_the_next_one(office: Office, session: Session) -> None:
    roster = office.send(csv("N-1,amara@hospital.example,Amara Singh,"))
    office.apply(roster)
    (token,) = office.write()
    with pytest.raises(NotFound):
        rosters.invited_by(session, token, NOW + rosters.LINK_LASTS)
    assert rosters.send_again(session, roster, by=office.cast.ada, now=NOW) == 1
    session.commit()
    _first, second = office.write()
    with pytest.raises(NotFound):
        rosters.invited_by(session, token, NOW)
    assert rosters.invited_by(session, second, NOW).needs_password


def test_whoever_has_an_account_is_asked_and_takes_the_place_alone(
    office: Office, session: Session
) -> None:
    """Otto is in no programme: nobody puts him into one, and his link is no use to others."""
    cast = office.cast
    office.apply(office.send(csv("N-7,otto@example.org,Someone,")))
    mine = sa.select(sa.func.count()).where(Enrolment.account_id == cast.otto)
    assert session.scalar(mine) == 0
    (token,) = office.write()
    assert not rosters.invited_by(session, token, NOW).needs_password
    with pytest.raises(Conflict):
        rosters.accept_anew(
            session, token, password_hash="x", full_name="X", profession="X", now=NOW
        )
    session.rollback()
    with pytest.raises(Forbidden):
        rosters.accept_as(session, token, session.get_one(Account, cast.lena), NOW)
    session.rollback()
    otto = session.get_one(Account, cast.otto)
    rosters.accept_as(session, token, otto, NOW)
    session.commit()
    assert session.scalar(mine) == 1 and otto.full_name == "Otto Lind"
    number = sa.select(ExternalId.external_id).where(ExternalId.account_id == cast.otto)
    assert session.scalar(number) == "N-7"


def test_whoever_registered_the_address_of_another_is_locked_out(
    office: Office, session: Session
) -> None:
    """An attacker registers the address first; the link in its mailbox replaces the password."""
    squatter = Account(
        email="amara@hospital.example",
        password="the attacker's",
        active=True,
        fs_uniquifier="stolen" * 5,
        full_name="Attacker",
        profession="X",
        created_at=THEN,
    )
    session.add(squatter)
    session.commit()
    office.apply(office.send(csv("N-1,amara@hospital.example,Amara Singh,")))
    (token,) = office.write()
    account = rosters.accept_anew(
        session, token, password_hash="hers", full_name="Amara Singh", profession="Nurse", now=NOW
    )
    assert account.id == squatter.id
    assert (account.password, account.full_name) == ("hers", "Amara Singh")
    assert account.fs_uniquifier != "stolen" * 5


# --- undoing --------------------------------------------------------------------------------


def test_undoing_at_once_leaves_everything_as_it_was(office: Office, session: Session) -> None:
    before = everything(session)
    roster = office.send(
        csv("N-1,amara@hospital.example,Amara,", "N-2,lena@example.org,Lena Marković,")
    )
    office.apply(roster)
    assert office.undo(roster, NOW + timedelta(hours=1)) == {"undone": 2, "stays": 0}
    after = everything(session)
    assert session.scalars(sa.select(RosterInvitation)).one().withdrawn_at is not None
    assert {**after, "roster_invitations": []} == {**before, "roster_invitations": []}


def test_what_somebody_has_built_on_stays_and_says_why(office: Office, session: Session) -> None:
    roster = office.send(csv(*(f"N-{n},p{n}@hospital.example,Person {n}," for n in range(1, 4))))
    office.apply(roster)
    first, *_rest = office.write()
    rosters.accept_anew(
        session, first, password_hash="x", full_name="Person 1", profession="Nurse", now=NOW
    )
    second = rosters.list_rows(session, roster)[1]
    session.add(
        LessonCompletion(
            enrolment_id=second.enrolment_id,
            lesson_key="first-module/lesson-1",
            minutes=5,
            completed_at=NOW,
        )
    )
    session.commit()
    assert office.undo(roster, NOW + timedelta(hours=23)) == {"undone": 1, "stays": 2}
    ends = [(row.undone, row.stays_because) for row in rosters.list_rows(session, roster)]
    assert ends == [
        ("stays", "accepted"),
        ("stays", "lesson_completions"),
        ("undone", None),
    ]


def test_a_flag_that_the_watch_set_keeps_nobody(
    office: Office, cast: Cast, session: Session
) -> None:
    roster = office.send(csv(*(f"N-{n},p{n}@hospital.example,Person {n}," for n in range(1, 3))))
    office.apply(roster)
    flags = [
        RiskFlag(
            enrolment_id=row.enrolment_id, rule="behind", subject="", cause="{}", opened_at=NOW
        )
        for row in rosters.list_rows(session, roster)
    ]
    session.add_all(flags)
    session.flush()
    session.add(
        RiskFlagAct(
            flag_id=flags[1].id, kind="note", words="Rang them.", done_by=cast.ada, done_at=NOW
        )
    )
    session.commit()
    assert office.undo(roster, NOW + timedelta(hours=1)) == {"undone": 1, "stays": 1}
    ends = [(row.undone, row.stays_because) for row in rosters.list_rows(session, roster)]
    assert ends == [("undone", None), ("stays", "risk_flag_acts")]
    assert session.scalars(sa.select(RiskFlag.id)).all() == [flags[1].id]


def test_a_list_that_has_found_people_since_does_not_keep_them(
    office: Office, session: Session
) -> None:
    roster = office.send(csv("N-1,amara@hospital.example,Amara,"))
    office.apply(roster)
    later = office.send(csv("N-1,amara@hospital.example,Amara,", "N-2,b@hospital.example,Bo,"))
    assert office.kinds(later) == ["match", "new"]
    assert office.undo(roster, NOW + timedelta(hours=1)) == {"undone": 1, "stays": 0}
    assert (
        session.scalar(sa.select(Account).where(Account.email == "amara@hospital.example")) is None
    )


def test_after_a_day_nothing_is_undone(office: Office, session: Session) -> None:
    roster = office.send(csv("N-1,amara@hospital.example,Amara,"))
    office.apply(roster)
    before = everything(session)
    with pytest.raises(Refused, match="for a day"):
        office.undo(roster, NOW + timedelta(hours=24, seconds=1))
    session.rollback()
    assert everything(session) == before


def test_an_undone_correction_gives_back_what_was_there(office: Office, session: Session) -> None:
    office.apply(office.send(csv("N-1,amra@hospital.example,Amra Sing,")))
    roster = office.send(csv("N-1,amara@hospital.example,Amara Singh,"))
    office.apply(roster)
    office.undo(roster, NOW)
    account = session.scalars(sa.select(Account).where(Account.full_name.startswith("Am"))).one()
    assert (account.email, account.full_name) == ("amra@hospital.example", "Amra Sing")
    *_earlier, token = office.write()
    assert rosters.invited_by(session, token, NOW).email == "amra@hospital.example"


def test_a_draft_nobody_decides_on_is_not_kept_for_ever(office: Office, session: Session) -> None:
    roster = office.send(csv("N-1,amara@hospital.example,Amara,"))
    assert rosters.clear_old(session, office.data, NOW + timedelta(days=29)) == 0
    assert rosters.clear_old(session, office.data, NOW + timedelta(days=31)) == 1
    line = rosters.roster_for(session, office.cast.ada, roster, "overseer")
    assert line.state == "discarded" and rosters.list_rows(session, roster) == []


# --- laws of the plan -----------------------------------------------------------------------

emails = st.sampled_from(["a@b.org", "c@d.org", "e@f.org"])
numbers = st.sampled_from(["", "1", "2"])
people = st.builds(
    Person, numbers, emails, st.sampled_from(["Ana", "Ben"]), st.just(""), st.just(""), st.just("")
)
known = st.builds(
    plan.Known,
    account_id=st.integers(1, 9),
    email=emails,
    full_name=st.sampled_from(["Ana", "Ben"]),
    profession=st.just(""),
    licence_number=st.just(""),
    licence_jurisdiction=st.just(""),
    external_id=numbers,
    is_correctable=st.booleans(),
    place=st.sampled_from(["none", "active", "paused", "withdrawn"]),
)


ACCOUNT, ADDRESS = attrgetter("account_id"), attrgetter("email")


def facts_of(persons: list[plan.Known], taken: set[str]) -> plan.Facts:
    return plan.Facts(
        by_external_id={each.external_id: each for each in persons if each.external_id},
        by_email={each.email: each for each in persons},
        taken=frozenset(taken),
    )


@settings(max_examples=300, deadline=None)
@given(people, st.lists(known, max_size=4, unique_by=(ACCOUNT, ADDRESS)), st.sets(emails))
def test_laws_of_a_verdict(person: Person, persons: list[plan.Known], taken: set[str]) -> None:
    """Somebody's own account is never corrected; what is in the way does nothing; no tales."""
    facts = facts_of(persons, taken)
    found = plan.verdict(person, facts)
    whom = next((each for each in persons if each.account_id == found.account_id), None)
    if found.kind in plan.BLOCKING:
        assert found.acts == ()
    if "correct" in found.acts:
        assert whom is not None and whom.is_correctable
    if "account" in found.acts:
        assert found.kind == "new" and person.email not in facts.by_email
    if found.kind == "new":
        # Whether a stranger has the address makes no difference that anybody could see.
        assert found == plan.verdict(person, facts_of(persons, set()))
    if "place" in found.acts and whom is not None:
        assert whom.place == "none"
