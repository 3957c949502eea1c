"""Dry runs: what a ruling would change, for whom, and what would follow; nothing is written."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.models.catalogue import Programme
from lms.models.reviews import RulingRecord
from lms.services import catalogue, reviewed
from lms.services.reviews import notices
from lms.services.reviews.effects import Effects, effects_of
from lms.services.reviews.notices import CHANGES, Change
from lms.services.reviews.rulings import RulingLine
from lms.services.reviews.sat import Outcome, Sat, count_running, items_of, list_sat


@dataclass(frozen=True, slots=True)
class Rescored:
    """An attempt that a ruling scores differently; `quiz` is the title of what was sat."""

    sat: Sat
    quiz: str
    after: Outcome
    change: Change | None

    @property
    def reader(self) -> notices.Reader:
        """What the notice to its learner says of it."""
        before = self.sat.stored
        return notices.Reader(
            self.sat.name,
            self.quiz,
            self.sat.number,
            "–" if before is None else notices.score_words(before.points, before.maximum),
            notices.score_words(self.after.points, self.after.maximum),
        )


@dataclass(frozen=True, slots=True)
class DryRun:
    """All that a ruling would do if it were confirmed now; `token` stands for exactly this.

    `shown` counts the submitted attempts that had the item, `running` those under way, which the
    ruling reaches when they are scored.
    """

    ruling: RulingLine
    shown: int
    running: int
    rescored: tuple[Rescored, ...]
    effects: Effects
    token: str

    def group(self, change: Change) -> list[Rescored]:
        """Return the attempts that change in one way; voided ones change nothing for anybody."""
        return [each for each in self.rescored if each.change == change]


def dry_run(session: Session, line: RulingLine, now: datetime) -> DryRun:
    """Return what a ruling would do if it were confirmed now; nothing is written."""
    sats = list_sat(session, line.programme_id, line.item_hash)
    ruling = quizzes.Ruling(line.item_id, line.remedy, line.keys, line.keeps_passes)
    in_force = reviewed.list_confirmed(session, line.programme_id)
    counted = (_rescored(session, sat, in_force, ruling) for sat in sats)
    rescored = tuple(each for each in counted if each is not None)
    crossing = [each for each in rescored if each.change in ("passes", "fails")]
    effects = effects_of(
        session,
        {each.sat.attempt_id: each.after for each in crossing},
        [each.sat.enrolment_id for each in crossing],
        now,
    )
    running = count_running(session, line.programme_id, line.item_hash)
    token = _token(line, rescored, effects)
    return DryRun(line, len(sats), running, rescored, effects, token)


def _rescored(
    session: Session, sat: Sat, in_force: Sequence[RulingRecord], ruling: quizzes.Ruling
) -> Rescored | None:
    """Return an attempt as it counts under one more ruling, None when that changes nothing."""
    earlier = reviewed.on_paper(in_force, sat.paper)
    found = quizzes.rescore(
        sat.paper,
        items_of(session, sat),
        sat.state,
        sat.manual,
        [*earlier, ruling],
        sat.resolved,
    )
    if isinstance(found, quizzes.Awaiting):
        return None
    after = Outcome.of(found)
    if after == sat.stored:
        return None
    content = catalogue.release(session, sat.release_id)
    return Rescored(sat, content.course.module(sat.module_key).title, after, _change(sat, after))


def _change(sat: Sat, after: Outcome) -> Change | None:
    if sat.is_voided:
        return None
    had_passed = sat.stored is not None and sat.stored.passed
    if after.passed == had_passed:
        return "moves"
    return "passes" if after.passed else "fails"


def _token(line: RulingLine, rescored: Sequence[Rescored], effects: Effects) -> str:
    """Return a fingerprint of what was seen: of each score before and after, and what follows."""
    seen = [
        line.id,
        [
            [
                each.sat.attempt_id,
                each.sat.revision,
                each.sat.is_voided,
                str(each.after.points),
                each.after.maximum,
                each.after.passed,
            ]
            for each in rescored
        ],
        [gain.seat.enrolment_id for gain in effects.gains],
        [each.id for each in effects.doubtful],
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def drafts(session: Session, run: DryRun, appeal_days: int) -> dict[Change, str]:
    """Return the drafted notice for each group that has somebody in it."""
    query = sa.select(Programme.name).where(Programme.id == run.ruling.programme_id)
    programme = session.scalars(query).one()
    line = run.ruling
    return {
        change: notices.draft(change, line.remedy, line.reason, programme, appeal_days)
        for change in CHANGES
        if run.group(change)
    }
