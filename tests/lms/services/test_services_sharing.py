"""What holders let others see: choices, links that end, and look-ups that name nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import certificates
from lms import clock
from lms.errors import NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.sharing import CredentialLookUps, ShareLink
from lms.services import accounts, credentials, sharing
from lms.services.sharing import Display, Tally
from tests.cast import Cast
from tests.races import at_once
from tests.stories import Told, rows_of

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.fixture
def held(app: Flask, cast: Cast, session: Session, told: Told) -> credentials.Attested:
    """Leo's credential."""
    found = credentials.find_by_serial(session, told.serial, clock.now())
    assert found is not None
    return found


def published(session: Session, held: credentials.Attested) -> sharing.Published | None:
    return sharing.find_published(session, held.credential.serial)


def test_everything_is_shown_until_the_holder_chooses(
    session: Session, held: credentials.Attested
) -> None:
    found = published(session, held)
    assert found == sharing.Published(held.id, held.account_id, Display(), has_others=False)
    assert found.display.shows_all


def test_what_the_holder_chooses_is_what_is_shown(
    session: Session, held: credentials.Attested
) -> None:
    chosen = Display(shown_name="initials", shows_profession=False, shows_assessment=False)
    assert sharing.choose_display(session, held, chosen, clock.now())
    found = published(session, held)
    assert found is not None and found.display == chosen and not found.display.shows_all
    assert not sharing.choose_display(session, held, chosen, clock.now()), "nothing to change"
    assert sharing.choose_display(session, held, Display(), clock.now())
    assert sharing.display_of(session, held.id) == Display()


def test_hidden_unknown_and_malformed_are_one_answer(
    session: Session, held: credentials.Attested
) -> None:
    """Invariant 35."""
    sharing.choose_display(session, held, Display(is_published=False), clock.now())
    for text in (held.credential.serial, certificates.new_serial(bytes(17)), "x", "", "0" * 5000):
        assert sharing.find_published(session, text) is None


def test_hiding_and_publishing_are_recorded_and_nothing_else_is(
    session: Session, held: credentials.Attested
) -> None:
    before = rows_of(session, AuditEntry)
    for chosen in (
        Display(shown_name="none"),
        Display(shown_name="none", is_published=False),
        Display(is_published=True),
    ):
        sharing.choose_display(session, held, chosen, clock.now())
    latest = sa.select(AuditEntry.act, AuditEntry.actor_id, AuditEntry.detail).order_by(
        AuditEntry.id
    )
    entries = session.execute(latest).all()[before:]
    assert entries == [
        ("credential.hidden", held.account_id, "{}"),
        ("credential.published", held.account_id, "{}"),
    ]


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Lena Marković", "L.\u00a0M."),
        ("Jean-Luc de la Tour", "J.\u00a0L.\u00a0D.\u00a0L.\u00a0T."),
        ("山田", "山."),
        ("  Ana  ", "A."),
    ],
)
def test_initials_are_the_first_characters_of_the_parts(name: str, initials: str) -> None:
    assert sharing.name_as_shown(name, "initials") == initials
    assert sharing.name_as_shown(name, "full") == name
    assert sharing.name_as_shown(name, "none") == ""


@given(st.text(min_size=1).filter(str.strip))
def test_initials_give_away_one_character_a_part(name: str) -> None:
    parts = name.replace("-", " ").split()
    shown = sharing.name_as_shown(name, "initials")
    assert shown.count(".") >= len(parts)
    assert len(shown) <= sum(len(part[0].upper()) + 2 for part in parts)


def test_look_ups_are_summed_by_day(session: Session, held: credentials.Attested) -> None:
    tally = Tally()
    for day, times in ((TODAY, 3), (TODAY - DAY, 1)):
        for _ in range(times):
            tally.add("credential", held.id, day)
    assert sharing.keep_look_ups(session, tally) == 4
    assert sharing.keep_look_ups(session, tally) == 0, "kept once"
    tally.add("credential", held.id, TODAY)
    sharing.keep_look_ups(session, tally)
    assert sharing.list_look_ups(session, held.id) == [(TODAY, 4), (TODAY - DAY, 1)]


def test_a_look_up_keeps_nothing_of_who_looked() -> None:
    columns = {column.name for column in CredentialLookUps.__table__.columns}
    assert columns == {"credential_id", "looked_on", "times"}


def test_what_could_not_be_kept_is_kept_by_the_next_sweep(
    session: Session, held: credentials.Attested
) -> None:
    tally = Tally()
    tally.add("credential", held.id, TODAY)
    tally.add("link", 999_999, TODAY)  # of no link, so that the database refuses it
    with pytest.raises(sa.exc.IntegrityError):
        sharing.keep_look_ups(session, tally)
    counts = tally.take()
    assert counts.total() == 2
    tally.give_back(counts)
    tally.add("credential", held.id, TODAY)
    assert tally.take().total() == 3


def test_no_look_up_is_lost_when_processes_count_and_sweep_at_once(
    app: Flask, held: credentials.Attested, session: Session
) -> None:
    session.commit()
    tallies = [Tally() for _ in range(4)]

    def count(own: Session, number: int) -> None:
        for _ in range(10):
            tallies[number % 4].add("credential", held.id, TODAY)
            sharing.keep_look_ups(own, tallies[number % 4])

    at_once(app, count, threads=8)
    for tally in tallies:
        sharing.keep_look_ups(session, tally)
    assert sharing.list_look_ups(session, held.id) == [(TODAY, 80)]


def link(session: Session, held: credentials.Attested, **more: object) -> str:
    values = {
        "serials": [held.credential.serial],
        "shown_name": "full",
        "label": "St Mary’s",
        "days": 7,
        "now": clock.now(),
        **more,
    }
    return sharing.make_link(session, held.account_id, **values)  # type: ignore[arg-type]


def test_a_link_shows_the_chosen_credentials_even_hidden_ones(
    session: Session, held: credentials.Attested
) -> None:
    sharing.choose_display(session, held, Display(is_published=False), clock.now())
    token = link(session, held, shown_name="initials")
    opened = sharing.find_open_link(session, token, clock.now())
    assert opened is not None and [each.id for each in opened.found] == [held.id]
    assert opened.shown_name == "initials"


def test_only_the_hash_of_a_token_is_kept(session: Session, held: credentials.Attested) -> None:
    token = link(session, held)
    row = session.execute(sa.select(ShareLink.__table__)).one()
    assert len(token) >= 32 and token not in repr(row)
    assert row.token_hash == accounts.hash_token(token)
    assert sharing.find_open_link(session, row.token_hash, clock.now()) is None


def test_a_link_ends_to_the_second_and_when_its_maker_says_so(
    session: Session, held: credentials.Attested
) -> None:
    """Invariant 46: instants in UTC."""
    now = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    token = link(session, held, now=now)
    end, second = now + 7 * DAY, timedelta(seconds=1)
    assert sharing.find_open_link(session, token, end - second)
    assert sharing.find_open_link(session, token, end) is None
    number = sharing.list_links(session, held.account_id)[0].id
    sharing.end_link(session, held.account_id, number, now)
    assert sharing.find_open_link(session, token, now) is None
    sharing.end_link(session, held.account_id, number, now + DAY)
    ended = sharing.list_links(session, held.account_id)[0]
    assert ended.ended_at == now and not ended.is_open(now), "ended once"


def test_nobody_ends_or_makes_a_link_to_what_is_not_theirs(
    session: Session, held: credentials.Attested, cast: Cast
) -> None:
    link(session, held)
    number = sharing.list_links(session, held.account_id)[0].id
    with pytest.raises(NotFound):
        sharing.end_link(session, cast.lena, number, clock.now())
    with pytest.raises(NotFound):
        sharing.make_link(
            session,
            cast.lena,
            serials=[held.credential.serial],
            shown_name="full",
            label="",
            days=7,
            now=clock.now(),
        )
    assert sharing.list_links(session, cast.lena) == []


@pytest.mark.parametrize("wrong", [{"days": 8}, {"days": 100_000}, {"serials": []}])
def test_a_link_without_a_span_or_a_credential_is_refused(
    session: Session, held: credentials.Attested, wrong: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        link(session, held, **wrong)


def test_twenty_links_may_be_open_whoever_is_quick(
    app: Flask, held: credentials.Attested, session: Session
) -> None:
    for _ in range(sharing.MOST_OPEN_LINKS - 1):
        link(session, held)
    session.commit()

    made = at_once(app, lambda own, _: link(own, held), threads=6)
    assert sum(isinstance(each, Refused) for each in made) == 5
    first = sharing.list_links(session, held.account_id)[0]
    sharing.end_link(session, held.account_id, first.id, clock.now())
    assert link(session, held), "one that ended makes room"


def test_look_ups_of_a_link_are_counted_by_day(
    session: Session, held: credentials.Attested
) -> None:
    link(session, held)
    number = sharing.list_links(session, held.account_id)[0].id
    tally = Tally()
    tally.add("link", number, TODAY)
    tally.add("link", number, TODAY)
    sharing.keep_look_ups(session, tally)
    assert sharing.list_links(session, held.account_id)[0].look_ups == ((TODAY, 2),)
