"""Transcripts: what is on them, for whom; certificates from elsewhere and their checks."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credits import CreditClaim, ProviderApproval
from lms.models.mail import OutboxMessage
from lms.models.transcripts import ExternalCertificate, ExternalCheck
from lms.services import cohorts, credentials, live, transcripts
from lms.services.proofs import files as proofs
from lms.services.transcripts.external import MOST_PROOF_BYTES
from tests.cast import THEN, Cast
from tests.live_samples import autumn, on
from tests.races import at_once
from tests.stories import VERIFY, Told, rows_of
from tests.transcript_samples import picture, statement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return transcripts.proof_folder(tmp_path)


@pytest.fixture
def add(session: Session, cast: Cast, folder: Path) -> Callable[..., int]:
    """Add a certificate from elsewhere for Leo, each by a form of its own."""
    tickets = iter(range(1, 1000))

    def act(proof: transcripts.Proof | None = None, account: int = 0, **more: Any) -> int:
        return transcripts.add(
            session,
            account or cast.leo,
            statement(**more),
            proof,
            folder=folder,
            ticket=f"{next(tickets):032x}",
            now=clock.now(),
        )

    return act


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


# --- what is on it --------------------------------------------------------------------------


def test_it_holds_courses_outcomes_hours_and_credentials(session: Session, told: Told) -> None:
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    assert (found.holder, found.programme) == ("Leo Ferreira", None)
    (enrolled,) = found.enrolments
    assert [(each.number, each.kind) for each in enrolled.outcomes] == [
        (1, "not-passed"),
        (2, "passed"),
    ]
    assert enrolled.completed_on is not None
    assert enrolled.minutes_done == enrolled.minutes_total > 0
    (attested,) = found.credentials
    assert (attested.credential.serial, attested.verdict.status) == (told.serial, "valid")
    here = found.by_credit[0]
    assert (here.credit, here.level, here.minutes) == ("here", "recorded", enrolled.minutes_done)


def test_live_sessions_stand_on_a_line_of_their_own(session: Session, told: Told) -> None:
    """All that count, whether or not they were held for a module; what is corrected to 0 is not."""
    now, cast = clock.now(), told.cast
    run, how = autumn(session, cast), {"by": cast.ivo, "now": now}
    for day in (0, 1):
        made = on(session, cast, now - timedelta(days=day))
        live.tick(session, run, made, [cast.lena_seat], mode="in-person", minutes=105, **how)
    found = transcripts.own_transcript(session, cast.lena, now)
    lines = [(each.credit, each.level, each.minutes) for each in found.by_credit]
    assert lines[1] == ("live", "recorded", 210)
    document = transcripts.document_of(found, VERIFY)
    assert document["hoursByCredit"][1]["credit"] == "live"
    none = transcripts.own_transcript(session, cast.leo, now)
    assert "live" not in {each.credit for each in none.by_credit}


def test_an_open_attempt_has_no_outcome_yet(session: Session, told: Told) -> None:
    found = transcripts.own_transcript(session, told.cast.lena, clock.now())
    assert [each.kind for each in found.enrolments[0].outcomes] == ["open"]
    assert found.credentials == ()


def test_nothing_of_an_answer_or_a_score_is_in_it(session: Session, told: Told) -> None:
    """Outcomes only: neither item nor option nor points, in any form."""
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    text = json.dumps(transcripts.document_of(found, VERIFY))
    assert told.item not in text
    assert not {"points", "score", "answer", "maximum"} & set(text.replace('"', " ").split())


def test_it_takes_a_fixed_number_of_queries(
    session: Session, told: Told, add: Callable[..., int]
) -> None:
    def count() -> int:
        said: list[str] = []
        bind = session.get_bind()
        sa.event.listen(bind, "before_cursor_execute", lambda *a: said.append(a[2]))
        session.expire_all()
        transcripts.own_transcript(session, told.cast.leo, clock.now())
        return len(said)

    count()  # Once a process the release is read.
    few = count()
    for _ in range(5):
        add()
    session.flush()
    assert count() - few <= few
    assert few <= 9


def test_hours_are_mapped_never_approved(session: Session, told: Told) -> None:
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    document = transcripts.document_of(found, VERIFY)
    for line in document["hoursByJurisdiction"]:
        assert set(line) >= {"mappedTo", "rulesAsOf", "minutes"}
    assert "approved the mapping" in document["notice"] and "no regulator" in document["notice"]


def test_a_course_taken_twice_counts_once(session: Session, told: Told) -> None:
    cast = told.cast
    first = session.get_one(Cohort, cast.autumn)
    again = Cohort(
        programme_id=cast.northgate,
        release_id=first.release_id,
        title="Spring 2027",
        starts_on=date(2027, 3, 1),
        due_on=date(2027, 9, 1),
        enrols_until=None,
        created_at=THEN,
    )
    session.add(again)
    session.flush()
    session.add(Enrolment(cohort_id=again.id, account_id=cast.leo, enrolled_at=THEN))
    session.flush()
    found = transcripts.own_transcript(session, cast.leo, clock.now())
    assert len(found.enrolments) == 2 and len(found.counted) == 1
    assert found.counted[0].seat.cohort_title == "Autumn 2026"
    assert found.by_credit[0].minutes == found.counted[0].minutes_done


def test_credits_count_only_while_their_credential_stands(session: Session, told: Told) -> None:
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    (attested,) = found.credentials
    claims = (
        transcripts.Claimed(attested.id, 1, "CE credits", Fraction("6.25"), 375),
        transcripts.Claimed(attested.id, 2, "CE credits", Fraction("0.5"), 30),
    )
    claimed = replace(found, claims=claims)
    line = claimed.by_credit[1]
    assert (line.credit, line.amount, line.minutes) == ("CE credits", Fraction(27, 4), 405)
    for status in ("revoked", "suspended"):
        fallen = replace(attested, verdict=replace(attested.verdict, status=status))
        assert len(replace(claimed, credentials=(fallen,)).by_credit) == 1
    document = transcripts.document_of(claimed, VERIFY)
    assert document["hoursByCredit"][1]["creditsClaimed"] == "6.75"


def test_credits_claimed_again_under_another_number_count_once(
    session: Session, told: Told
) -> None:
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    (new,) = found.credentials
    old = replace(new, id=new.id + 1, verdict=replace(new.verdict, status="superseded"))
    claims = tuple(
        transcripts.Claimed(each.id, 1, "CE credits", Fraction(6), 360) for each in (old, new)
    )
    twice = replace(found, credentials=(new, old), claims=claims)
    assert twice.by_credit[1].amount == 6


def test_claims_stored_with_a_credential_are_on_the_transcript(
    session: Session, told: Told
) -> None:
    held = credentials.list_of_holder(session, told.cast.leo, clock.now())[0]
    approval = ProviderApproval(
        programme_id=told.cast.northgate,
        body="A body",
        number="1234",
        statement="Approved provider 1234.",
        unit="contact hours",
        unit_minutes=60,
        step="0.25",
        valid_from=date(2026, 1, 1),
        valid_until=date(2099, 1, 1),
        recorded_by=told.cast.ada,
        recorded_at=THEN,
    )
    session.add(approval)
    session.flush()
    session.add(
        CreditClaim(
            credential_id=held.id,
            approval_id=approval.id,
            amount="0.25",
            minutes=20,
            claimed_at=clock.now(),
        )
    )
    session.flush()
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    assert [(line.credit, line.amount) for line in found.by_credit[1:]] == [
        ("contact hours", Fraction(1, 4))
    ]


def test_what_it_says_can_be_signed(session: Session, told: Told, add: Callable[..., int]) -> None:
    add(picture(), title="Кетамин: основы 王小明 \u202e")
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    document = transcripts.document_of(found, VERIFY)
    assert certificates.transcript.canonical_json(document)
    assert document == json.loads(json.dumps(document))


# --- for whom -------------------------------------------------------------------------------


def test_a_programme_sees_its_own_part_alone(
    session: Session, told: Told, add: Callable[..., int]
) -> None:
    cast = told.cast
    other = Cohort(
        programme_id=cast.southgate,
        release_id=cast.release,
        title="CANARY-SOUTH",
        starts_on=date(2026, 9, 1),
        due_on=date(2027, 9, 1),
        enrols_until=None,
        created_at=THEN,
    )
    session.add(other)
    session.flush()
    session.add(Enrolment(cohort_id=other.id, account_id=cast.leo, enrolled_at=THEN))
    add(title="CANARY-PRIVATE")
    shown = add(picture(), title="Shown to Northgate")
    both = add(picture(), title="Shown to both")
    transcripts.ask_check(session, cast.leo, shown, cast.northgate, clock.now())
    for programme in (cast.northgate, cast.southgate):
        transcripts.ask_check(session, cast.leo, both, programme, clock.now())
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    found = transcripts.transcript_of_learner(session, run, cast.leo_seat, clock.now())
    text = json.dumps(transcripts.document_of(found, VERIFY))
    assert "CANARY" not in text and "Southgate" not in text
    assert {each.stated.title for each in found.externals} == {
        "Shown to Northgate",
        "Shown to both",
    }
    assert found.programme == "Northgate PAT Programme" and len(found.credentials) == 1
    theirs = cohorts.cohort_for(session, cast.olga, other.id, "administrator")
    with pytest.raises(NotFound):
        transcripts.transcript_of_learner(session, theirs, cast.leo_seat, clock.now())


# --- certificates from elsewhere ------------------------------------------------------------


def test_its_level_of_proof_is_told(session: Session, told: Told, add: Callable[..., int]) -> None:
    cast = told.cast
    bare, proven = add(), add(picture())
    own = transcripts.own_certificate_for
    assert own(session, cast.leo, bare).level == "declared"
    assert own(session, cast.leo, proven).level == "attached"
    transcripts.ask_check(session, cast.leo, proven, cast.northgate, clock.now())
    asked = transcripts.list_checks(session, cast.northgate)[0]
    transcripts.decide(session, asked, outcome="confirmed", words="", by=cast.ada, now=clock.now())
    found = own(session, cast.leo, proven)
    assert found.level == "checked" and found.checks[0].programme == "Northgate PAT Programme"
    levels = {line.level for line in transcripts.own_transcript(session, cast.leo, THEN).by_credit}
    assert levels == {"recorded", "declared", "checked"}


def test_what_was_not_confirmed_stays_as_it_was(
    session: Session, told: Told, add: Callable[..., int]
) -> None:
    cast = told.cast
    proven = add(picture())
    transcripts.ask_check(session, cast.leo, proven, cast.northgate, clock.now())
    asked = transcripts.list_checks(session, cast.northgate)[0]
    with pytest.raises(Refused, match="why"):
        transcripts.decide(
            session, asked, outcome="not-confirmed", words=" ", by=cast.ada, now=clock.now()
        )
    transcripts.decide(
        session, asked, outcome="not-confirmed", words="No name.", by=cast.ada, now=clock.now()
    )
    assert transcripts.own_certificate_for(session, cast.leo, proven).level == "attached"
    with pytest.raises(Refused, match="already"):
        transcripts.decide(
            session, asked, outcome="confirmed", words="", by=cast.ada, now=clock.now()
        )


def test_a_check_leaves_its_entry_and_a_letter(
    session: Session, told: Told, add: Callable[..., int]
) -> None:
    cast = told.cast
    transcripts.ask_check(session, cast.leo, add(picture()), cast.northgate, clock.now())
    asked = transcripts.list_checks(session, cast.northgate)[0]
    transcripts.decide(
        session, asked, outcome="confirmed", words="Seen.", by=cast.ada, now=clock.now()
    )
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and (entry.act, entry.actor_id) == ("external.checked", cast.ada)
    assert json.loads(entry.detail)["proof"] == asked.external.proof_sha256
    letter = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None and letter.recipient == "leo@example.org"
    assert "Seen." in letter.body


def test_nobody_checks_their_own(session: Session, told: Told, add: Callable[..., int]) -> None:
    cast = told.cast
    session.add(Enrolment(cohort_id=cast.autumn, account_id=cast.ada, enrolled_at=THEN))
    session.flush()
    hers = add(picture(), account=cast.ada)
    transcripts.ask_check(session, cast.ada, hers, cast.northgate, clock.now())
    asked = transcripts.list_checks(session, cast.northgate)[0]
    with pytest.raises(Refused, match="Somebody else"):
        transcripts.decide(
            session, asked, outcome="confirmed", words="", by=cast.ada, now=clock.now()
        )


def test_a_check_is_for_a_proof_and_a_programme_of_ones_own_and_once(
    session: Session, told: Told, add: Callable[..., int]
) -> None:
    cast = told.cast
    bare, proven = add(), add(picture())
    with pytest.raises(Refused, match="proof"):
        transcripts.ask_check(session, cast.leo, bare, cast.northgate, clock.now())
    with pytest.raises(Refused, match="programme"):
        transcripts.ask_check(session, cast.leo, proven, cast.southgate, clock.now())
    with pytest.raises(NotFound):
        transcripts.ask_check(session, cast.lena, proven, cast.northgate, clock.now())
    transcripts.ask_check(session, cast.leo, proven, cast.northgate, clock.now())
    session.commit()
    with pytest.raises(Refused, match="already"):
        transcripts.ask_check(session, cast.leo, proven, cast.northgate, clock.now())


def test_only_administrators_of_the_programme_asked_see_it(
    session: Session, told: Told, add: Callable[..., int]
) -> None:
    cast = told.cast
    transcripts.ask_check(session, cast.leo, add(picture()), cast.northgate, clock.now())
    check = transcripts.list_checks(session, cast.northgate)[0].check.id
    assert transcripts.check_for_staff(session, cast.ada, check).holder == "Leo Ferreira"
    for who, refusal in (
        (cast.ivo, Forbidden),
        (cast.leo, Forbidden),
        (cast.olga, NotFound),
        (cast.lena, NotFound),
        (cast.otto, NotFound),
    ):
        with pytest.raises(refusal):
            transcripts.check_for_staff(session, who, check)


def test_taking_it_off_deletes_the_file_and_keeps_the_trail(
    session: Session, told: Told, add: Callable[..., int], folder: Path
) -> None:
    cast = told.cast
    proven = add(picture())
    transcripts.ask_check(session, cast.leo, proven, cast.northgate, clock.now())
    check = transcripts.list_checks(session, cast.northgate)[0].check.id
    with pytest.raises(NotFound):
        transcripts.remove(session, cast.lena, proven, clock.now())
    name = transcripts.remove(session, cast.leo, proven, clock.now())
    assert name is not None
    transcripts.drop_proof(folder, name)
    assert files(folder) == []
    for gone in (
        lambda: transcripts.own_certificate_for(session, cast.leo, proven),
        lambda: transcripts.check_for_staff(session, cast.ada, check),
        lambda: transcripts.remove(session, cast.leo, proven, clock.now()),
    ):
        with pytest.raises(NotFound):
            gone()
    assert transcripts.list_checks(session, cast.northgate) == []
    assert transcripts.own_transcript(session, cast.leo, THEN).externals == ()
    row = session.get_one(ExternalCertificate, proven)
    assert row.removed_at is not None and row.proof_sha256 is None
    assert rows_of(session, ExternalCheck) == 1


# Beyond tomorrow wherever one is, also when midnight passes while the tests run.
TO_COME = (clock.now() + timedelta(days=3)).date()
NONSENSE = {
    "title": [{"title": " "}, {"title": "x" * 201}, {"title": "a\nb"}, {"title": "a\x7fb"}],
    "issuer": [{"issuer": ""}, {"issuer": "y" * 201}, {"issuer": "a\tb"}],
    "completed_on": [{"completed_on": date(1949, 12, 31)}, {"completed_on": TO_COME}],
    "expires_on": [{"expires_on": date(2026, 5, 29)}],
    "hours": [{"minutes": -1}, {"minutes": transcripts.MOST_MINUTES + 1}],
    "credit": [{"credit": "honorary"}, {"credit": ""}],
}


@pytest.mark.parametrize(
    ("field", "wrong"), [(field, each) for field, some in NONSENSE.items() for each in some]
)
def test_what_cannot_be_so_is_refused_at_its_field(
    session: Session, add: Callable[..., int], folder: Path, field: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(transcripts.Unstated) as refusal:
        add(picture(), **wrong)
    assert refusal.value.field == field
    assert files(folder) == []


def test_the_same_form_twice_adds_one(app: Flask, cast: Cast, folder: Path) -> None:
    """Fifty at once, with fifty files: one row, one file, the same answer to all."""
    proof = picture()

    def act(session: Session, _number: int) -> int:
        return transcripts.add(
            session, cast.leo, statement(), proof, folder=folder, ticket="7" * 32, now=clock.now()
        )

    answers = at_once(app, act)
    assert len(set(answers)) == 1 and not isinstance(answers[0], LmsError)
    assert len(files(folder)) == 1
    with app.app_context():
        assert rows_of(db.session, ExternalCertificate) == 1


def test_a_transcript_has_its_limits(
    session: Session, add: Callable[..., int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.services.transcripts.external.MOST_CERTIFICATES", 2)
    add(), add()
    with pytest.raises(Refused, match="at most 2"):
        add(picture())
    monkeypatch.setattr("lms.services.transcripts.external.MOST_CERTIFICATES", 9)
    large = proofs.Proof(b"%PDF" + b"x" * 300, "application/pdf")
    monkeypatch.setattr("lms.services.transcripts.external.MOST_PROOF_BYTES", 500)
    add(large)
    with pytest.raises(Refused, match="proof files"):
        add(large)
    assert len(files(folder)) == 1 and MOST_PROOF_BYTES >= 5 * transcripts.MOST_BYTES


def test_files_that_no_row_names_are_removed_in_time(
    session: Session, add: Callable[..., int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between file and row leaves an orphan, which a sweep finds."""
    add(picture())
    proofs.keep(folder, picture())
    assert transcripts.drop_orphans(session, folder) == 0, "they have a day to be named"
    monkeypatch.setattr(proofs, "ORPHANED_AFTER_SECONDS", -60)
    assert transcripts.drop_orphans(session, folder) == 1
    assert len(files(folder)) == 1


def test_the_programmes_to_ask_are_those_one_learns_with(session: Session, cast: Cast) -> None:
    assert transcripts.list_programmes(session, cast.leo) == [
        (cast.northgate, "Northgate PAT Programme")
    ]
    assert transcripts.list_programmes(session, cast.otto) == []


def test_a_revoked_credential_stays_on_the_transcript_with_its_verdict(
    session: Session, told: Told
) -> None:
    found = transcripts.own_transcript(session, told.cast.leo, clock.now())
    held = credentials.list_of_holder(session, told.cast.leo, clock.now())
    assert [each.credential.serial for each in found.credentials] == [
        each.credential.serial for each in held
    ]
