"""When mail leaves and whether: quiet hours on any clock, digests, choices, what comes back."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.models.mail import AddressAct, MailChoice, OutboxMessage
from lms.services import mail
from lms.services.mail.quiet import Hours, after_quiet, next_digest
from tests.cast import Cast, settings_for

SETTINGS = settings_for(Path("unused"), "", public_url="https://learn.example")
# Northgate's clocks are London's: an hour ahead of UTC on this day.
MORNING = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 9, 14, 22, 30, tzinfo=UTC)
MINUTES = st.integers(0, 1439)
ZONES = st.sampled_from(
    ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"]
)
INSTANTS = st.datetimes(
    datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
) | st.sampled_from(
    # Around the days on which clocks are moved.
    [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 45, tzinfo=UTC),
     datetime(2026, 11, 1, 5, 45, tzinfo=UTC), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)]
)  # fmt: skip


def minute_of(at: datetime, zone: str) -> int:
    local = at.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


@given(INSTANTS, ZONES, MINUTES, MINUTES)
def test_nothing_leaves_in_quiet_hours_and_nothing_waits_longer_than_they_last(
    at: datetime, zone: str, begins: int, ends: int
) -> None:
    assume((ends - begins) % 1440 <= 1200)  # more is refused: four hours are left each day
    hours = Hours(begins, ends, 480)
    leaves = after_quiet(at, zone, hours)
    assert leaves >= at
    # An hour that is leapt over may end a night early or late, never by more than that hour.
    assert leaves - at <= timedelta(hours=25)
    if not hours.is_quiet(minute_of(at, zone)):
        assert leaves == at
    elif (ends - begins) % 1440 > 120:
        assert not hours.is_quiet(minute_of(leaves, zone))


@given(INSTANTS, ZONES, MINUTES)
def test_a_digest_leaves_once_a_day_at_its_time(at: datetime, zone: str, digest_at: int) -> None:
    hours = Hours(0, 0, digest_at)
    first = next_digest(at, zone, hours)
    assert at <= first <= at + timedelta(hours=26)
    second = next_digest(first + timedelta(minutes=1), zone, hours)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)


def test_hours_that_let_nothing_leave_are_refused(session: Session, cast: Cast) -> None:
    for hours in (Hours(0, 1439, 0), Hours(480, 479, 0), Hours(0, 1440, 0)):
        with pytest.raises(Exception, match=r"four hours|between"):
            mail.set_hours(session, cast.northgate, hours, by=cast.ada, now=MORNING)


def write(
    session: Session, cast: Cast, subject: str, at: datetime, kind: mail.Kind = "reminder"
) -> OutboxMessage:
    mail.write(
        session,
        recipient="lena@example.org",
        subject=subject,
        body=f"Dear Lena,\n\nabout {subject} & more.\n\nNorthgate PAT Programme\n",
        at=at,
        kind=kind,
        account_id=cast.lena,
        programme_id=cast.northgate,
        key=f"{kind} {subject}",
    )
    session.commit()
    query = sa.select(OutboxMessage).where(OutboxMessage.key == f"{kind} {subject}")
    return session.scalars(query).one()


def sweep(session: Session, now: datetime) -> list[EmailMessage]:
    kept: list[EmailMessage] = []
    mail.deliver_waiting(session, kept.append, SETTINGS, now)
    return kept


def text_of(email: EmailMessage, form: str = "plain") -> str:
    part = email.get_body((form,))
    assert part is not None
    return str(part.get_content())


def test_what_is_written_at_night_leaves_in_the_morning(session: Session, cast: Cast) -> None:
    write(session, cast, "the room", NIGHT, "announcement")
    assert sweep(session, NIGHT + timedelta(hours=1)) == []
    assert sweep(session, datetime(2026, 9, 15, 6, 59, tzinfo=UTC)) == []
    assert len(sweep(session, datetime(2026, 9, 15, 7, 0, tzinfo=UTC))) == 1


def test_mail_about_an_account_or_a_certificate_leaves_at_any_hour(
    session: Session, cast: Cast
) -> None:
    for kind in ("account", "credential"):
        write(session, cast, "now", NIGHT, kind)
    assert len(sweep(session, NIGHT)) == 2


def test_what_waited_for_a_server_does_not_leave_at_night(session: Session, cast: Cast) -> None:
    write(session, cast, "the room", MORNING, "announcement")
    assert sweep(session, NIGHT) == []
    assert len(sweep(session, NIGHT + timedelta(hours=10))) == 1


def test_the_reminders_of_a_day_reach_their_reader_as_one(session: Session, cast: Cast) -> None:
    for subject in ("lesson one", "lesson two", "lesson three"):
        write(session, cast, subject, MORNING)
    write(session, cast, "the room", MORNING, "announcement")
    assert [email["Subject"] for email in sweep(session, MORNING)] == ["the room"]
    (digest,) = sweep(session, datetime(2026, 9, 15, 7, 0, tzinfo=UTC))
    assert digest["Subject"] == "3 reminders: Northgate PAT Programme"
    for form in ("plain", "html"):
        said = text_of(digest, form)
        assert all(f"lesson {n}" in said for n in ("one", "two", "three"))
        assert "Dear Lena" not in said
    assert sweep(session, datetime(2026, 9, 16, 7, 0, tzinfo=UTC)) == []


def test_one_reminder_alone_is_no_digest(session: Session, cast: Cast) -> None:
    write(session, cast, "lesson one", MORNING)
    (email,) = sweep(session, MORNING + timedelta(days=1))
    assert email["Subject"] == "lesson one"


def test_what_somebody_stops_is_withheld_at_once_and_from_then_on(
    session: Session, cast: Cast
) -> None:
    waiting = write(session, cast, "lesson one", MORNING)
    assert mail.choose(session, cast.lena, "reminder", "none", MORNING)
    assert not mail.choose(session, cast.lena, "reminder", "none", MORNING)
    session.commit()
    session.refresh(waiting)
    assert waiting.withheld_because == "unsubscribed"
    assert write(session, cast, "lesson two", MORNING).withheld_because == "unsubscribed"
    assert write(session, cast, "the room", MORNING, "announcement").withheld_at is None
    mail.choose(session, cast.lena, "reminder", "each", MORNING)
    assert write(session, cast, "lesson three", MORNING).withheld_at is None
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(sa.delete(MailChoice))


def test_nobody_stops_mail_about_accounts_and_certificates(session: Session, cast: Cast) -> None:
    for kind in ("account", "credential", "everything"):
        with pytest.raises(Exception, match="no such choice"):
            mail.choose(session, cast.lena, kind, "none", MORNING)


def test_only_what_can_be_stopped_says_how(session: Session, cast: Cast) -> None:
    write(session, cast, "the room", MORNING, "announcement")
    write(session, cast, "password", MORNING)
    mail.choose(session, cast.lena, "reminder", "each", MORNING)
    write(session, cast, "account", MORNING, "account")
    by_subject = {email["Subject"]: email for email in sweep(session, MORNING)}
    stop = by_subject["the room"]["List-Unsubscribe"].strip("<>")
    assert stop.startswith("https://learn.example/unsubscribe/")
    assert by_subject["the room"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in text_of(by_subject["the room"]) and stop in text_of(
        by_subject["the room"], "html"
    )
    found = mail.read_token(SETTINGS.secret(), stop.rpartition("/")[2])
    assert found == mail.Token(cast.lena, "announcement")
    assert by_subject["account"]["List-Unsubscribe"] is None


@given(st.text(max_size=80))
def test_no_made_up_token_stops_anything(text: str) -> None:
    assert mail.read_token(SETTINGS.secret(), text) is None


def test_a_token_stops_its_own_kind_for_its_own_person() -> None:
    token = mail.token_for(SETTINGS.secret(), 12, "reminder")
    mac = token.rpartition("-")[2]
    for forged in (f"13-reminder-{mac}", f"12-announcement-{mac}", f"12-account-{mac}"):
        assert mail.read_token(SETTINGS.secret(), forged) is None


def test_a_message_says_the_same_as_text_and_as_html_and_loads_nothing(
    session: Session, cast: Cast
) -> None:
    write(session, cast, "<b>one</b>", MORNING, "announcement")
    (email,) = sweep(session, MORNING)
    html = text_of(email, "html")
    assert "<b>one" not in html
    assert "&lt;b&gt;one&lt;/b&gt; &amp; more" in html
    assert "src=" not in html and "@import" not in html and "<script" not in html


def report(address: str, message_id: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        "From: postmaster@example.org\r\nTo: school@northgate.example\r\n"
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: Hello\r\n\r\n--b--\r\n"
    ).encode()


def take(session: Session, source: bytes) -> list[str]:
    found = mail.take_bounces(
        session,
        mail.read_bounces(source),
        lambda text: mail.number_of(SETTINGS, text),
        MORNING,
    )
    session.commit()
    return [bounce.address for bounce in found]


def test_a_report_marks_the_address_until_it_is_cleared(session: Session, cast: Cast) -> None:
    write(session, cast, "the room", MORNING, "announcement")
    (email,) = sweep(session, MORNING)
    both = b"From x\n" + report("LENA@example.org", email["Message-ID"])
    assert take(session, both + b"\nFrom y\n" + both.partition(b"\n")[2]) == ["lena@example.org"]
    assert write(session, cast, "second", MORNING, "announcement").withheld_because == "bounced"
    assert write(session, cast, "password", MORNING, "account").withheld_at is None
    assert [each.name for each in mail.list_troubled(session, cast.northgate)] == ["Lena Marković"]
    assert mail.list_troubled(session, cast.southgate) == []
    assert [each.kind for each in mail.waiting_for(session, cast.northgate, MORNING)] == ["address"]
    assert mail.clear_address(session, "lena@example.org", by=cast.ada, now=MORNING)
    assert write(session, cast, "third", MORNING, "announcement").withheld_at is None
    assert mail.waiting_for(session, cast.northgate, MORNING) == []


@pytest.mark.parametrize(
    ("status", "action"), [("4.2.2", "delayed"), ("5.7.1", "failed"), ("5.1.1", "delivered")]
)
def test_a_report_of_anything_else_marks_nobody(
    session: Session, cast: Cast, status: str, action: str
) -> None:
    write(session, cast, "the room", MORNING, "announcement")
    (email,) = sweep(session, MORNING)
    assert take(session, report("lena@example.org", email["Message-ID"], status, action)) == []


def test_a_forged_report_silences_nobody(session: Session, cast: Cast) -> None:
    """An attack: whoever knows an address and guesses numbers cannot have it marked."""
    row = write(session, cast, "the room", MORNING, "announcement")
    (email,) = sweep(session, MORNING)
    forged = f"<outbox-{row.id}.{'0' * 16}@learn.example>"
    assert take(session, report("lena@example.org", forged)) == []
    assert take(session, report("lena@example.org", "")) == []
    # Genuine, but sent to somebody else.
    assert take(session, report("leo@example.org", email["Message-ID"])) == []
    assert session.scalars(sa.select(AddressAct)).all() == []
    # The weak twin: to believe any report marks whomever it names.
    believing = mail.take_bounces(
        session, mail.read_bounces(report("lena@example.org", forged)), lambda _: row.id, MORNING
    )
    assert [bounce.address for bounce in believing] == ["lena@example.org"]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_of_reports(source: bytes) -> None:
    assert isinstance(mail.read_bounces(source), list)
    assert isinstance(
        mail.read_bounces(b"From a\nContent-Type: message/delivery-status\n\n" + source), list
    )
