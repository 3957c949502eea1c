"""Releases and their updates: labelled rightly, told once, confirmed once, and followed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.models.updates import ReleaseKind, ReleaseUpdate, UpdateCompletion
from lms.services import audit, cohorts, credentials, evidence, publishing, updates
from lms.services.evidence import KindNeeded
from tests.act_samples import do
from tests.cast import SMALL, Cast
from tests.changes import (
    ADDRESS,
    BANK,
    CHANGED,
    FACTS,
    LESSON,
    NOTE,
    SLUG,
    STATEMENT,
    UPDATE,
    changed_copy,
    publish_update,
    with_update,
)
from tests.races import at_once
from tests.stories import VERIFY, Told, read_all, rows_of, sit

LATER = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
REWORDED = (LESSON, "Some text under", "Other text under")
OTHER_FACT = (FACTS, STATEMENT, CHANGED)
REVIEWED = (FACTS, "review_by: 2028-06-30", "review_by: 2029-06-30")
REKEYED = (BANK, "Reply E to case 1", "Reply X to case 1")
ITEM_REWORDED = (BANK, "Case number 1 is described", "Case number 1 is told")


def publish(session: Session, root: Path, **label: str) -> str | None:
    """Publish a copy of the small course; return the kind it was given."""
    made = publishing.publish(session, root, now=LATER, actor_id=None, **label)[0]  # type: ignore[arg-type]
    return session.scalar(sa.select(ReleaseKind.kind).where(ReleaseKind.release_id == made.id))


def held(session: Session, serial: str, now: datetime = LATER) -> credentials.Attested:
    found = credentials.find_by_serial(session, serial, now)
    assert found is not None
    return found


def earn(session: Session, account: int, enrolment: int) -> str:
    read_all(session, account, enrolment, LATER)
    sit(session, account, enrolment, right=3, now=LATER)
    seat = cohorts.seat_for(session, account, enrolment)
    serial = credentials.award_if_complete(session, seat, now=LATER, verify_address=VERIFY)
    assert serial is not None
    return serial


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (REWORDED, "editorial"),
        (REVIEWED, "editorial"),
        (ITEM_REWORDED, "editorial"),
        (OTHER_FACT, "material"),
        (REKEYED, "material"),
    ],
)
def test_the_kind_follows_from_what_changed(
    session: Session, cast: Cast, tmp_path: Path, change: tuple[str, str, str], kind: str
) -> None:
    assert publish(session, changed_copy(tmp_path, change)) == kind


def test_a_release_may_be_called_more_serious_but_never_less(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="at least material"):
        publish(session, changed_copy(tmp_path, OTHER_FACT), kind="editorial")
    reworded = changed_copy(tmp_path, REWORDED, name="reworded")
    assert publish(session, reworded, kind="material", note="A heading.") == "material"


def test_the_first_release_of_a_course_has_no_kind(session: Session, cast: Cast) -> None:
    assert publish(session, SMALL) is None


def test_nothing_is_called_safety_critical_without_an_update(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    root = changed_copy(tmp_path, OTHER_FACT)
    with pytest.raises(Refused, match="brings an update"):
        publish(session, root, kind="safety-critical", note=NOTE)


def test_a_safety_critical_release_says_what_changed(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    root = with_update(tmp_path)
    with pytest.raises(Refused, match="--note"):
        publish(session, root, kind="safety-critical", note="  ")
    assert publish(session, root, kind="safety-critical", note=NOTE) == "safety-critical"


@pytest.mark.parametrize("label", [{}, {"kind": "material"}, {"kind": "editorial"}])
def test_a_safety_critical_update_is_never_published_by_the_way(
    session: Session, cast: Cast, tmp_path: Path, label: dict[str, str]
) -> None:
    with pytest.raises(KindNeeded, match="--kind safety-critical"):
        publish(session, with_update(tmp_path), **label)
    assert rows_of(session, ReleaseUpdate) == 0


def test_a_material_update_is_registered_and_asks_nobody_to_confirm(
    session: Session, told: Told, tmp_path: Path
) -> None:
    text = UPDATE.replace("kind: safety-critical", "kind: material")
    root = changed_copy(tmp_path, OTHER_FACT, updates={SLUG: text})
    assert publish(session, root) == "material"
    assert updates.announce(session, now=LATER, credentials_address=ADDRESS) == 0
    found = held(session, told.serial)
    assert found.verdict.status == "valid"
    assert [(each.slug, each.is_required) for each in found.updates] == [(SLUG, False)]
    with pytest.raises(Refused, match="nothing has to be confirmed"):
        updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER)


def test_a_holder_waits_for_an_update_until_it_is_confirmed(
    session: Session, told: Told, tmp_path: Path
) -> None:
    assert held(session, told.serial).verdict.status == "valid"
    publish_update(session, tmp_path, LATER)
    found = held(session, told.serial)
    assert found.verdict.status == "update-outstanding"
    assert [each.title for each in found.verdict.outstanding] == ["Something changed"]
    assert held(session, told.serial, LATER - DAY).verdict.status == "valid"
    assert updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER + DAY)
    assert held(session, told.serial, LATER + DAY).verdict.status == "valid"
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.act == "update.confirmed"
    assert entry.actor_id == told.cast.leo and entry.programme_id == told.cast.northgate
    assert audit.first_broken(session) is None


def test_a_second_update_waits_for_itself_and_the_first_stays_confirmed(
    session: Session, told: Told, tmp_path: Path
) -> None:
    publish_update(session, tmp_path, LATER)
    updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER)
    second = UPDATE.replace("Something changed", "Something else")
    root = changed_copy(
        tmp_path,
        (FACTS, STATEMENT, "A third statement."),
        updates={SLUG: UPDATE, "2026-12-01-else": second},
        name="second",
    )
    assert publish(session, root, kind="safety-critical", note=NOTE) == "safety-critical"
    assert rows_of(session, ReleaseUpdate) == 2
    outstanding = held(session, told.serial).verdict.outstanding
    assert [each.title for each in outstanding] == ["Something else"]


def test_an_update_known_before_the_release_somebody_learned_is_nothing_to_them(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    """Whoever completes the later release has learned it as it is."""
    release = publish_update(session, tmp_path, LATER)
    session.execute(sa.text("UPDATE cohorts SET release_id = :id"), {"id": release})
    serial = earn(session, cast.lena, cast.lena_seat)
    assert held(session, serial).updates == ()
    with pytest.raises(NotFound):
        updates.reading_for(session, cast.lena, serial, SLUG, LATER)


def test_a_credential_stays_on_the_release_it_was_earned_on(
    session: Session, told: Told, tmp_path: Path
) -> None:
    """What becomes of the cohort afterwards takes no duty from those who learned it before."""
    release = publish_update(session, tmp_path, LATER)
    session.execute(sa.text("UPDATE cohorts SET release_id = :id"), {"id": release})
    assert [each.slug for each in held(session, told.serial).updates] == [SLUG]


def test_every_current_holder_gets_one_letter_however_often_it_is_announced(
    session: Session, told: Told, tmp_path: Path
) -> None:
    before = rows_of(session, OutboxMessage)
    publish_update(session, tmp_path, LATER)
    assert updates.announce(session, now=LATER, credentials_address=ADDRESS) == 0
    assert rows_of(session, OutboxMessage) == before + 1
    letter = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None and letter.recipient == "leo@example.org"
    assert f"{ADDRESS}/{told.serial}/updates/{SLUG}" in letter.body
    assert "Something changed" in letter.subject


def test_nobody_is_written_to_about_a_credential_that_is_no_longer_current(
    session: Session, told: Told, tmp_path: Path
) -> None:
    do(session, told.cast, told.serial, "revoke", LATER - DAY)
    before = rows_of(session, OutboxMessage)
    publish_update(session, tmp_path, LATER)
    assert rows_of(session, OutboxMessage) == before
    with pytest.raises(Refused, match="no longer current"):
        updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER)
    long_after = LATER + timedelta(days=900)
    with pytest.raises(Refused, match="no longer current"):
        updates.confirm(session, told.cast.leo, told.serial, SLUG, long_after)


def test_an_update_is_the_holders_alone(session: Session, told: Told, tmp_path: Path) -> None:
    publish_update(session, tmp_path, LATER)
    for person in (told.cast.lena, told.cast.otto, told.cast.olga):
        with pytest.raises(NotFound):
            updates.confirm(session, person, told.serial, SLUG, LATER)
    for person in (told.cast.ivo, told.cast.ada):
        with pytest.raises(Forbidden):
            updates.confirm(session, person, told.serial, SLUG, LATER)
    with pytest.raises(NotFound):
        updates.confirm(session, told.cast.leo, told.serial, "2026-11-01-no-such-thing", LATER)
    assert rows_of(session, UpdateCompletion) == 0


def test_fifty_confirmations_at_once_count_once(app: Flask, told: Told, tmp_path: Path) -> None:
    with app.app_context():
        publish_update(db.session, tmp_path, LATER)
        db.session.commit()
    found = at_once(
        app,
        lambda session, _: updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER),
    )
    assert sorted(found, key=str) == [False] * 49 + [True]
    with app.app_context():
        assert rows_of(db.session, UpdateCompletion) == 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("update.confirmed") == 1


def test_two_announcements_at_once_write_one_letter(app: Flask, told: Told, tmp_path: Path) -> None:
    with app.app_context():
        publishing.publish(
            db.session,
            with_update(tmp_path),
            now=LATER,
            actor_id=None,
            kind="safety-critical",
            note=NOTE,
        )
        db.session.commit()
    found = at_once(
        app,
        lambda session, _: updates.announce(session, now=LATER, credentials_address=ADDRESS),
        threads=8,
    )
    assert sorted(found, key=str) == [0] * 7 + [1]


@pytest.mark.parametrize("table", ["release_kinds", "update_completions"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_what_was_labelled_or_confirmed_is_never_changed(
    session: Session, told: Told, tmp_path: Path, table: str, act: str
) -> None:
    publish_update(session, tmp_path, LATER)
    updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER)
    column = {"release_kinds": "note", "update_completions": "minutes"}[table]
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(sa.text(act.format(table, column, column)))


def test_a_release_reaches_lessons_items_open_attempts_and_holders(
    session: Session, told: Told, tmp_path: Path
) -> None:
    release = publish_update(session, tmp_path, LATER)
    reach = updates.reach_of(session, told.cast.northgate, release, LATER)
    assert reach.release.kind == "safety-critical" and reach.release.note == NOTE
    assert reach.difference is not None
    impact = reach.difference.impact
    assert [(each.fact_id, each.fields) for each in impact.changes] == [("TST-001", ("statement",))]
    assert {each.key for each in impact.of_kind("lesson")} >= {"first-module/lesson-1"}
    assert len(impact.of_kind("item")) == 9
    (attempt,) = reach.attempts
    assert attempt.learner.startswith("Lena") and len(attempt.items) == 3
    assert [(each.held.account_id, each.facts) for each in reach.holders] == [
        (told.cast.leo, ("TST-001",))
    ]
    (update,) = reach.updates
    assert (update.done, [each.account_id for each in update.waiting]) == (0, [told.cast.leo])
    updates.confirm(session, told.cast.leo, told.serial, SLUG, LATER)
    (update,) = updates.reach_of(session, told.cast.northgate, release, LATER).updates
    assert (update.done, update.waiting) == (1, ())


def test_a_programme_sees_only_whom_it_teaches(
    session: Session, told: Told, tmp_path: Path
) -> None:
    release = publish_update(session, tmp_path, LATER)
    reach = updates.reach_of(session, told.cast.southgate, release, LATER)
    assert reach.attempts == () and reach.holders == ()
    assert [(each.done, each.waiting) for each in reach.updates] == [(0, ())]


def test_an_editorial_release_reaches_nobody(session: Session, told: Told, tmp_path: Path) -> None:
    root = changed_copy(tmp_path, REWORDED)
    made = publishing.publish(session, root, now=LATER, actor_id=None)[0]
    reach = updates.reach_of(session, told.cast.northgate, made.id, LATER)
    assert reach.difference is not None and reach.difference.impact.changes == ()
    assert reach.attempts == () and reach.holders == () and reach.updates == ()


def test_an_item_with_another_key_is_touched_though_its_facts_stand(
    session: Session, told: Told, tmp_path: Path
) -> None:
    root = changed_copy(tmp_path, REKEYED)
    made = publishing.publish(session, root, now=LATER, actor_id=None)[0]
    reach = updates.reach_of(session, told.cast.northgate, made.id, LATER)
    assert reach.difference is not None
    assert reach.difference.touched_items == {"T-001"}
    assert all(each.items == ("T-001",) for each in reach.attempts)
    assert reach.holders == ()


def test_the_first_release_reaches_nobody_and_an_unknown_one_is_not_there(
    session: Session, cast: Cast
) -> None:
    assert updates.reach_of(session, cast.northgate, cast.release, LATER).difference is None
    with pytest.raises(NotFound):
        updates.reach_of(session, cast.northgate, 99, LATER)


def test_the_difference_is_told_before_it_is_published(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    ((slug, difference),) = publishing.diff(session, with_update(tmp_path))
    assert slug == "small-course" and difference is not None
    assert difference.impact.fact_ids == {"TST-001"}
    assert [each.slug for each in difference.updates] == [SLUG]
    assert difference.least_kind == "material"
    ((_slug, none),) = publishing.diff(session, SMALL)
    assert none is not None and none.impact.changes == () and none.items == ()


def test_the_evidence_of_the_newest_release_remembers_what_was_withdrawn(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    text = (SMALL / FACTS).read_text(encoding="utf-8")
    root = changed_copy(tmp_path)
    for file in root.rglob("*"):
        if file.is_file():
            found = file.read_text(encoding="utf-8")
            gone = found.replace("; @TST-002", "").replace(", TST-002", "")
            file.write_text(gone.replace("@TST-002", "@TST-001").replace("TST-002", "TST-001"))
    (root / FACTS).write_text(text[: text.index("  - id: TST-002")], encoding="utf-8")
    publishing.publish(session, root, now=LATER, actor_id=None)
    assert not evidence.find_fact(session, "TST-001").is_withdrawn
    withdrawn = evidence.find_fact(session, "TST-002")
    assert withdrawn.is_withdrawn and withdrawn.content.id == cast.release
    for unknown in ("TST-999", "tst-001", "../x", "", "TST-0010"):
        with pytest.raises(NotFound):
            evidence.find_fact(session, unknown)


def test_a_credential_is_not_told_of_another_courses_updates(
    session: Session, told: Told, tmp_path: Path
) -> None:
    publish_update(session, tmp_path, LATER)
    session.execute(sa.update(ReleaseUpdate).values(course_slug="another-course"))
    assert held(session, told.serial).verdict.status == "valid"
    assert rows_of(session, CredentialRecord) == 1
