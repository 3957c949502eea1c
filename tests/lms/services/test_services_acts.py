"""Acts on credentials: proposed by one person, approved by another, done once, never undone."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.acts import ActProposal, CredentialAct, ProposalDecision
from lms.models.audit import AuditEntry
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.models.register import RegisterAct
from lms.services import audit, credentials, register
from lms.services.credentials import Proposal, ProposedKind, acts
from tests.act_samples import (
    NOTE,
    REASON_OF,
    do,
    leave_ada_and_ivo,
    proposal_of,
    second_administrator,
)
from tests.cast import Cast
from tests.races import THREADS, at_once
from tests.stories import VERIFY, Told, rows_of

MINUTE = timedelta(minutes=1)
KINDS: tuple[ProposedKind, ...] = ("suspend", "reissue", "revoke")


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    """Leo holds a certificate, and Bea and Ada alone administer."""
    with app.app_context():
        leave_ada_and_ivo(db.session, cast)
        second_administrator(db.session, cast)
        db.session.commit()
    return told


@pytest.fixture
def now(told: Told) -> datetime:
    return clock.now() + MINUTE


@pytest.fixture
def bea(session: Session, told: Told) -> int:
    return second_administrator(session, told.cast)


def held(session: Session, serial: str, at: datetime) -> credentials.Attested:
    found = credentials.find_by_serial(session, serial, at)
    assert found is not None
    return found


def propose(
    session: Session, told: Told, kind: ProposedKind, now: datetime
) -> credentials.ProposalLine:
    return credentials.propose(session, told.cast.ada, told.serial, proposal_of(kind), now=now)


def approve(session: Session, by: int, line: credentials.ProposalLine, now: datetime) -> str | None:
    return credentials.approve(session, by, line.id, now=now, verify_address=VERIFY)


def letters(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def trail(session: Session) -> list[str]:
    query = sa.select(AuditEntry.act).where(AuditEntry.act.like("credential.%"))
    return list(session.scalars(query.order_by(AuditEntry.id)))


# --- two people -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_proposal_alone_changes_nothing(
    session: Session, told: Told, now: datetime, kind: ProposedKind
) -> None:
    before = held(session, told.serial, now)
    line = propose(session, told, kind, now)
    assert line.waits and line.proposed_by == "Ada Okafor"
    assert held(session, told.serial, now) == before
    assert rows_of(session, CredentialAct) == 0
    assert trail(session)[-1] == "credential.act-proposed"


def test_whoever_can_approve_is_written_to_and_nobody_else(
    session: Session, told: Told, now: datetime
) -> None:
    before = len(letters(session))
    propose(session, told, "revoke", now)
    (letter,) = letters(session)[before:]
    assert letter.recipient == "bea@example.org"
    assert "Ada Okafor proposes to revoke" in letter.body
    assert NOTE not in letter.body, "the note stays with the programme"


def test_nobody_approves_their_own_proposal(session: Session, told: Told, now: datetime) -> None:
    line = propose(session, told, "revoke", now)
    for act in (
        lambda: approve(session, told.cast.ada, line, now),
        lambda: credentials.decline(session, told.cast.ada, line.id, words="No.", now=now),
    ):
        with pytest.raises(Forbidden, match="second administrator"):
            act()
    assert held(session, told.serial, now).verdict.status == "valid"


@pytest.mark.parametrize("outcome", ["approved", "declined"])
def test_the_database_itself_keeps_the_first_person_from_being_the_second(
    session: Session, told: Told, now: datetime, outcome: str
) -> None:
    """Around the services, at the database's own prompt, and with the author's name forged."""
    line = propose(session, told, "revoke", now)
    statement = (
        "INSERT INTO proposal_decisions (proposal_id, proposed_by, outcome, words, decided_by, "
        "decided_at) VALUES (:proposal, :author, :outcome, '', :by, :at)"
    )
    asked = {"proposal": line.id, "outcome": outcome, "by": told.cast.ada, "at": now}
    session.commit()
    for author in (told.cast.ada, told.cast.olga):
        with pytest.raises(DatabaseError, match=r"(?i)check|foreign"):
            session.execute(sa.text(statement), {**asked, "author": author})
        session.rollback()


def test_an_act_of_one_person_is_refused_by_the_database(
    session: Session, told: Told, now: datetime
) -> None:
    found = held(session, told.serial, now)
    alone = {"credential_id": found.id, "number": 1, "note": "Alone.", "done_at": now}
    for kind, author in (("revoke", told.cast.ada), ("suspend", None)):
        session.add(
            CredentialAct(
                kind=kind,
                reason=REASON_OF[kind],  # type: ignore[index]
                proposed_by=author,
                done_by=told.cast.ada,
                **alone,
            )
        )
        with pytest.raises(DatabaseError, match=r"(?i)check"):
            session.flush()
        session.rollback()


def test_the_second_person_is_somebody_else(session: Session, told: Told, now: datetime) -> None:
    assert_two_people(session, told, now, credentials.approve)


def test_a_service_that_believes_what_it_is_told_lets_one_person_act(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    """The vulnerable twin: it takes the author from whoever asks, as a form field would give it."""

    def believing(session: Session, by: int, _proposal: int, **how: object) -> None:
        found = credentials.find_by_serial(session, told.serial, now)
        assert found is not None
        order = acts.Order("revoke", "misconduct", NOTE, proposed_by=bea)
        acts.carry_out(session, found, order, by=by, now=now, verify_address=VERIFY)

    with pytest.raises(AssertionError, match="one person was enough"):
        assert_two_people(session, told, now, believing)


def assert_two_people(
    session: Session, told: Told, now: datetime, approve: Callable[..., object]
) -> None:
    line = propose(session, told, "revoke", now)
    with contextlib.suppress(Forbidden):
        approve(session, told.cast.ada, line.id, now=now, verify_address=VERIFY)
    assert held(session, told.serial, now).verdict.status == "valid", "one person was enough"


@pytest.mark.parametrize("who", ["leo", "lena", "ivo", "otto", "olga"])
def test_nobody_but_administrators_of_the_issuer_has_a_part(
    session: Session, told: Told, now: datetime, who: str
) -> None:
    account = getattr(told.cast, who)
    line = propose(session, told, "revoke", now)
    session.commit()
    with pytest.raises((Forbidden, NotFound)):
        credentials.propose(session, account, told.serial, proposal_of("suspend"), now=now)
    for act in (
        lambda: approve(session, account, line, now),
        lambda: credentials.decline(session, account, line.id, words="No.", now=now),
        lambda: credentials.withdraw(session, account, line.id, now=now),
    ):
        with pytest.raises((Forbidden, NotFound)):
            act()
    assert rows_of(session, ProposalDecision) == rows_of(session, CredentialAct) == 0


def test_a_holder_who_administers_has_no_part_in_their_own(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    session.add(
        RoleGrant(
            account_id=told.cast.leo,
            programme_id=told.cast.northgate,
            role="administrator",
            granted_at=now,
        )
    )
    session.flush()
    with pytest.raises(Forbidden, match="their own"):
        credentials.propose(session, told.cast.leo, told.serial, proposal_of("reissue"), now=now)
    line = propose(session, told, "suspend", now)
    with pytest.raises(Forbidden, match="their own"):
        approve(session, told.cast.leo, line, now)
    assert credentials.list_approvers(session, line) == ["Bea Lund"]


def test_with_one_administrator_a_proposal_waits_for_as_long_as_it_takes(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == bea))
    found = held(session, told.serial, now)
    assert credentials.list_other_administrators(session, found, told.cast.ada) == []
    line = propose(session, told, "revoke", now)
    assert credentials.list_approvers(session, line) == []
    with pytest.raises(Forbidden):
        approve(session, told.cast.ada, line, now)
    assert held(session, told.serial, now + timedelta(days=400)).verdict.status == "valid"


def test_somebody_who_can_no_longer_sign_in_is_no_second_person(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    session.execute(sa.update(Account).where(Account.id == bea).values(active=False))
    found = held(session, told.serial, now)
    assert credentials.list_other_administrators(session, found, told.cast.ada) == []


def test_a_proposal_is_declined_or_taken_back_and_another_one_follows(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    first = propose(session, told, "revoke", now)
    credentials.decline(session, bea, first.id, words="The file says otherwise.", now=now)
    second = propose(session, told, "suspend", now)
    with pytest.raises(Forbidden, match="takes it back"):
        credentials.withdraw(session, bea, second.id, now=now)
    credentials.withdraw(session, told.cast.ada, second.id, now=now)
    propose(session, told, "suspend", now)
    found = held(session, told.serial, now)
    outcomes = [line.outcome for line in credentials.list_proposals_on(session, found.id)]
    assert outcomes == ["declined", "withdrawn", None]
    session.commit()
    with pytest.raises(Refused, match="already"):
        approve(session, bea, first, now)


# --- what each act does ---------------------------------------------------------------------


def test_every_act_is_logged_recorded_and_told_in_its_own_transaction(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    for minute, kind in enumerate(("suspend", "reinstate", "revoke")):
        before = len(letters(session))
        do(session, told.cast, told.serial, kind, now + minute * MINUTE)  # type: ignore[arg-type]
        holder = [each for each in letters(session)[before:] if each.recipient != "bea@example.org"]
        assert [each.recipient for each in holder] == ["leo@example.org"]
        assert NOTE not in holder[0].body
        assert certificates.format_serial(told.serial) in holder[0].body
    assert trail(session)[-6:] == [
        *("credential.act-proposed", "credential.suspended"),
        *("credential.act-proposed", "credential.reinstated"),
        *("credential.act-proposed", "credential.revoked"),
    ]
    logged = session.scalars(sa.select(RegisterAct.act).order_by(RegisterAct.position)).all()
    assert logged == ["award", "suspend", "reinstate", "revoke"]
    assert audit.first_broken(session) is None
    session.rollback()
    assert rows_of(session, CredentialAct) == 0
    assert trail(session)[-1] == "credential.awarded", "one transaction: all of it, or nothing"


def test_an_act_that_cannot_be_logged_is_not_done(
    session: Session, told: Told, bea: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = propose(session, told, "revoke", now)
    session.commit()

    def fail(*_: object) -> None:
        raise OSError("no room on the disk")

    monkeypatch.setattr(register, "enter_act", fail)
    with pytest.raises(OSError, match="no room"):
        approve(session, bea, line, now)
    session.rollback()
    assert held(session, told.serial, now).verdict.status == "valid"
    assert credentials.list_waiting(session, told.cast.northgate) == [line]


def test_a_reinstatement_restores_exactly_what_was(
    session: Session, told: Told, now: datetime
) -> None:
    before = held(session, told.serial, now)
    do(session, told.cast, told.serial, "suspend", now)
    during = held(session, told.serial, now)
    assert during.verdict.status == "suspended"
    assert during.verdict.reason == "A question about it is being looked into."
    do(session, told.cast, told.serial, "reinstate", now + MINUTE)
    after = held(session, told.serial, now + MINUTE)
    assert after.verdict == before.verdict and after.credential == before.credential
    assert after.verdict_at(now).status == "suspended", "on that day it was suspended"


def test_a_revoked_credential_says_so_from_that_instant_and_for_good(
    session: Session, told: Told, now: datetime
) -> None:
    """Invariants 39 and 46: derived at each look, to the second, whatever day is asked about."""
    do(session, told.cast, told.serial, "revoke", now)
    assert held(session, told.serial, now - timedelta(seconds=1)).verdict.status == "valid"
    assert held(session, told.serial, now).verdict.status == "revoked"
    assert held(session, told.serial, now + timedelta(days=4000)).verdict.status == "revoked"
    assert credentials.possible_acts(held(session, told.serial, now)) == ()
    for kind in (*KINDS, "reinstate"):
        with pytest.raises(Refused, match="as it stands"):
            propose(session, told, kind, now + MINUTE)  # type: ignore[arg-type]


def test_a_status_kept_as_one_word_would_go_stale(
    session: Session, told: Told, now: datetime
) -> None:
    """The vulnerable twin of case 39: what was once looked up is believed ever after."""
    kept = held(session, told.serial, now).verdict.status
    do(session, told.cast, told.serial, "revoke", now)
    assert kept == "valid" != held(session, told.serial, now).verdict.status


def test_a_new_issue_keeps_the_history_and_gains_nothing(
    session: Session, told: Told, now: datetime
) -> None:
    before = held(session, told.serial, now)
    serial = do(session, told.cast, told.serial, "reissue", now)
    assert serial is not None and serial != told.serial
    old, new = held(session, told.serial, now), held(session, serial, now)
    assert old.verdict == certificates.Verdict(
        "superseded",
        now.date(),
        "It was issued again because the holder's details changed.",
        superseded_by=serial,
    )
    assert old.credential == before.credential, "what was attested is never touched"
    assert (new.cycle, new.version, new.supersedes) == (old.cycle, 2, told.serial)
    assert new.credential.holder_name == "Leonor Ferreira"
    same = {"serial", "holder_name", "issued_at"}
    for field in before.credential.__dataclass_fields__.keys() - same:
        assert getattr(new.credential, field) == getattr(before.credential, field), field
    assert new.verdict.status == "valid"
    assert new.verdict_at(now - timedelta(seconds=1)).status == "not-yet-issued"
    assert serial in letters(session)[-1].body
    logged = session.scalars(sa.select(RegisterAct.act).order_by(RegisterAct.position)).all()
    assert logged == ["award", "award", "supersede"]


def test_the_public_reads_no_former_name_and_no_note(
    app: Flask, session: Session, told: Told, now: datetime
) -> None:
    """Invariant 41: a name that is no longer used does not follow its bearer."""
    serial = do(session, told.cast, told.serial, "reissue", now)
    session.commit()
    client = app.test_client()
    for path in (f"/v/{serial}", f"/v/{serial}.json"):
        text = client.get(path).text
        assert "Leonor Ferreira" in text
        assert_no_former_name(text, told)
    assert NOTE not in client.get(f"/v/{told.serial}").text
    with pytest.raises(AssertionError):
        # The vulnerable twin: a page that names the issue before, as its history does for staff.
        assert_no_former_name(f"Takes the place of {told.serial}, Leo Ferreira", told)


def assert_no_former_name(text: str, told: Told) -> None:
    former = ("Leo Ferreira", told.serial, certificates.format_serial(told.serial), NOTE)
    assert [each for each in former if each in text] == []


def test_a_credential_is_issued_again_and_again(
    session: Session, told: Told, now: datetime
) -> None:
    second = do(session, told.cast, told.serial, "reissue", now)
    assert second is not None
    bea = second_administrator(session, told.cast)
    proposal = proposal_of("reissue", "Leonor Ferreira Prado")
    line = credentials.propose(session, told.cast.ada, second, proposal, now=now + MINUTE)
    third = approve(session, bea, line, now + MINUTE)
    assert third is not None
    assert held(session, told.serial, now + MINUTE).verdict.superseded_by == second
    assert held(session, second, now + MINUTE).verdict.superseded_by == third
    assert held(session, third, now + MINUTE).version == 3
    latest = credentials.list_of_enrolments(session, [told.cast.leo_seat], now + MINUTE)
    assert latest[told.cast.leo_seat].credential.serial == third


def test_a_new_issue_that_says_the_same_is_refused(
    session: Session, told: Told, now: datetime
) -> None:
    same = Proposal("reissue", "name-changed", NOTE, " Leo  Ferreira ", "Licensed psychologist")
    with pytest.raises(Refused, match="says already"):
        credentials.propose(session, told.cast.ada, told.serial, same, now=now)


@pytest.mark.parametrize(
    "proposal",
    [
        Proposal("revoke", "spite", NOTE),
        Proposal("revoke", "under-review", NOTE),
        Proposal("suspend", "misconduct", NOTE),
        Proposal("reinstate", "appeal-allowed", NOTE),
        Proposal("revoke", "misconduct", "   "),
        Proposal("revoke", "misconduct", "x" * 2001),
        Proposal("revoke", "misconduct", NOTE, holder_name="Somebody Else"),
        Proposal("reissue", "name-changed", NOTE, holder_name="   "),
        Proposal("reissue", "name-changed", NOTE, holder_name="x" * 121),
        Proposal("delete", "misconduct", NOTE),  # type: ignore[arg-type]
    ],
)
def test_a_proposal_needs_a_listed_reason_and_sound_words(
    session: Session, told: Told, now: datetime, proposal: Proposal
) -> None:
    with pytest.raises(Refused):
        credentials.propose(session, told.cast.ada, told.serial, proposal, now=now)
    assert rows_of(session, ActProposal) == 0


def test_a_slower_clock_neither_undoes_nor_repeats_an_act(
    session: Session, told: Told, bea: int, now: datetime
) -> None:
    """Whoever approves with a clock an hour behind acts after what was done, not before it."""
    do(session, told.cast, told.serial, "suspend", now)
    behind = now - timedelta(hours=1)
    with pytest.raises(Refused, match="as it stands"):
        propose(session, told, "suspend", behind)
    line = propose(session, told, "reinstate", behind)
    approve(session, bea, line, behind)
    assert held(session, told.serial, now).verdict.status == "suspended"
    assert held(session, told.serial, now + acts.AN_INSTANT).verdict.status == "valid"
    done = credentials.list_acts(session, held(session, told.serial, now).id)
    assert [act.done_at for act in done] == [now, now + acts.AN_INSTANT]


# --- races ----------------------------------------------------------------------------------


def race(app: Flask, told: Told, act: Callable[[Session, int], object]) -> list[object]:
    return list(at_once(app, act))


def test_of_fifty_proposals_one_waits(app: Flask, told: Told, now: datetime) -> None:
    answers = race(app, told, lambda session, _: propose(session, told, "revoke", now))
    assert sum(isinstance(each, Refused) for each in answers) == 49
    with app.app_context():
        assert rows_of(db.session, ActProposal) == 1


@pytest.fixture
def waiting(app: Flask, told: Told, now: datetime, request: pytest.FixtureRequest) -> int:
    """The number of a proposal of the parametrised kind, committed."""
    with app.app_context():
        if request.param == "reinstate":
            do(db.session, told.cast, told.serial, "suspend", now - MINUTE)
        line = propose(db.session, told, request.param, now)
        db.session.commit()
    return line.id


@pytest.mark.parametrize("waiting", ["suspend", "reinstate", "reissue", "revoke"], indirect=True)
def test_of_fifty_approvals_one_acts(app: Flask, told: Told, now: datetime, waiting: int) -> None:
    """Invariant 32 for every limited act: one act, one leaf, one letter, one new number at most."""
    with app.app_context():
        bea = second_administrator(db.session, told.cast)
        db.session.commit()
        before = len(letters(db.session)), rows_of(db.session, CredentialAct)
    answers = race(
        app,
        told,
        lambda session, _: credentials.approve(
            session, bea, waiting, now=now, verify_address=VERIFY
        ),
    )
    assert sum(isinstance(each, Refused) for each in answers) == 49
    with app.app_context():
        assert len(letters(db.session)) == before[0] + 1
        assert rows_of(db.session, CredentialAct) == before[1] + 1
        assert rows_of(db.session, ProposalDecision) == before[1] + 1
        assert rows_of(db.session, CredentialRecord) == 1 + any(isinstance(x, str) for x in answers)
        leaves = db.session.scalars(sa.select(RegisterAct.act)).all()
        assert len(leaves) == rows_of(db.session, CredentialAct) + rows_of(
            db.session, CredentialRecord
        )
        assert audit.first_broken(db.session) is None


@pytest.mark.parametrize("waiting", ["revoke"], indirect=True)
def test_approving_declining_and_taking_back_at_once_is_one_of_them(
    app: Flask, told: Told, now: datetime, waiting: int
) -> None:
    with app.app_context():
        bea = second_administrator(db.session, told.cast)
        db.session.commit()

    def act(session: Session, number: int) -> str:
        if number % 3 == 0:
            credentials.approve(session, bea, waiting, now=now, verify_address=VERIFY)
        elif number % 3 == 1:
            credentials.decline(session, bea, waiting, words="No.", now=now)
        else:
            credentials.withdraw(session, told.cast.ada, waiting, now=now)
        return "done"

    answers = race(app, told, act)
    assert answers.count("done") == 1
    with app.app_context():
        outcome = db.session.scalars(sa.select(ProposalDecision.outcome)).one()
        assert rows_of(db.session, CredentialAct) == (outcome == "approved")


def test_looking_and_then_acting_would_do_it_fifty_times(app: Flask, told: Told) -> None:
    """The vulnerable twin: a table without the constraint, and a check before the insertion."""
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE twin (credential_id INTEGER)"))
        db.session.commit()
    everybody_has_looked = threading.Barrier(THREADS)

    def act(session: Session, _number: int) -> str:
        known = session.scalar(sa.text("SELECT count(*) FROM twin"))
        session.rollback()
        everybody_has_looked.wait()
        if known:
            raise Refused("It is done already.")
        session.execute(sa.text("INSERT INTO twin VALUES (1)"))
        return "done"

    assert race(app, told, act).count("done") == THREADS


# --- carried over ---------------------------------------------------------------------------


def test_a_revocation_of_before_has_one_name_and_says_so(
    session: Session, told: Told, now: datetime
) -> None:
    """What the migration carries over: by one person, in the old days, and as final as any."""
    found = held(session, told.serial, now)
    session.add(
        CredentialAct(
            credential_id=found.id,
            number=1,
            kind="revoke",
            reason="misconduct",
            note="Board letter.",
            done_by=told.cast.ada,
            done_at=now,
        )
    )
    session.flush()
    (act,) = credentials.list_acts(session, found.id)
    assert (act.proposed_by, act.done_by) == (None, "Ada Okafor")
    assert held(session, told.serial, now).verdict.status == "revoked"
    assert credentials.possible_acts(held(session, told.serial, now)) == ()


def test_the_reasons_of_the_tables_are_those_of_the_pages(session: Session) -> None:
    from lms.models.acts import ON_APPEAL, REASONS

    listed = {kind: set(words) for kind, words in credentials.PUBLIC_REASONS.items()}
    assert listed == {kind: set(each) - set(ON_APPEAL) for kind, each in REASONS.items()}
    for kind, each in REASONS.items():
        for reason in each:
            assert credentials.public_words(kind, reason).endswith(".")


def entries(session: Session) -> Iterator[dict[str, object]]:
    query = sa.select(AuditEntry.detail).where(AuditEntry.act == "credential.revoked")
    for detail in session.scalars(query):
        yield json.loads(detail)


def test_the_trail_names_both_people(session: Session, told: Told, bea: int, now: datetime) -> None:
    do(session, told.cast, told.serial, "revoke", now)
    (detail,) = entries(session)
    assert detail["proposed_by"] == told.cast.ada
    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.act == "credential.revoked")
    ).one()
    assert entry.actor_id == bea
