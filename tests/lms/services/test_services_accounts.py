"""Sign-ins, roles and set-up links: what the services promise, in rows and under races."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.accounts import Account, RoleGrant, SetupLink, SignIn
from lms.models.audit import AuditEntry
from lms.services import accounts
from tests.cast import Cast

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
LENA_KEY = f"lena-{'0' * 32}"


def signed_in(session: Session, account_id: int, token: str = "t", now: datetime = NOW) -> int:
    return accounts.begin_sign_in(session, account_id, token=token, device="Firefox", now=now)


def find(session: Session, token: str = "t", now: datetime = NOW) -> Account | None:
    return accounts.find_signed_in(session, token=token, uniquifier=LENA_KEY, now=now)


# --- sign-ins -------------------------------------------------------------------------------


def test_a_sign_in_finds_its_person_with_their_standing(session: Session, cast: Cast) -> None:
    row = signed_in(session, cast.lena)
    lena = find(session)
    assert lena
    assert (lena.id, lena.sign_in_id, lena.is_staff) == (cast.lena, row, False)
    session.add(
        RoleGrant(
            account_id=cast.lena, programme_id=cast.southgate, role="instructor", granted_at=NOW
        )
    )
    session.flush()
    lena = find(session)
    assert lena
    assert lena.is_staff


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.execute(sa.update(SignIn).values(ended_at=NOW)),
        lambda s: s.execute(sa.update(Account).values(active=False)),
        lambda s: s.execute(sa.update(Account).values(fs_uniquifier=Account.id.cast(sa.String))),
        lambda s: s.execute(sa.update(SignIn).values(began_at=NOW - timedelta(days=14))),
        lambda s: s.execute(sa.update(SignIn).values(token_hash="0" * 64)),
    ],
    ids=["ended", "closed", "password changed", "too old", "another token"],
)
def test_a_sign_in_that_no_longer_holds_finds_nobody(
    session: Session, cast: Cast, change: Callable[[Session], object]
) -> None:
    signed_in(session, cast.lena)
    assert find(session)
    change(session)
    assert find(session) is None


def test_the_token_itself_is_not_kept(session: Session, cast: Cast) -> None:
    signed_in(session, cast.lena, token="a-random-token")
    row = session.scalars(sa.select(SignIn)).one()
    kept = [str(getattr(row, column.name)) for column in SignIn.__table__.columns]
    assert all("a-random-token" not in value for value in kept)


def test_a_sign_in_is_ended_by_its_owner_once(session: Session, cast: Cast) -> None:
    row = signed_in(session, cast.lena)
    with pytest.raises(NotFound):
        accounts.end_sign_in(session, cast.otto, row, NOW)
    accounts.end_sign_in(session, cast.lena, row, NOW)
    with pytest.raises(NotFound):
        accounts.end_sign_in(session, cast.lena, row, NOW)


def test_open_sign_ins_are_listed_latest_first(session: Session, cast: Cast) -> None:
    for hours, token in ((3, "a"), (1, "b"), (2, "c")):
        signed_in(session, cast.lena, token, NOW - timedelta(hours=hours))
    signed_in(session, cast.leo, "d")
    signed_in(session, cast.lena, "e", NOW - timedelta(days=15))
    hours = [
        (NOW - row.began_at) // timedelta(hours=1)
        for row in accounts.list_sign_ins(session, cast.lena, NOW)
    ]
    assert hours == [1, 2, 3]


# --- roles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "role", "is_member", "refusal"),
    [
        ("ada", "administrator", False, None),
        ("ada", "instructor", False, None),
        ("ivo", "instructor", False, None),
        ("ivo", "administrator", False, Forbidden),
        ("olga", "instructor", False, NotFound),
        ("otto", "instructor", False, NotFound),
        ("lena", "instructor", True, Forbidden),
        ("lena", "instructor", False, NotFound),
    ],
)
def test_a_role_is_required_of_everybody(
    session: Session,
    cast: Cast,
    who: str,
    role: str,
    is_member: bool,
    refusal: type[LmsError] | None,
) -> None:
    def ask() -> None:
        accounts.require_role(
            session, getattr(cast, who), cast.northgate, role, is_member=is_member
        )

    if refusal is None:
        ask()
    else:
        with pytest.raises(refusal):
            ask()


def test_one_holds_one_role_in_a_programme(session: Session, cast: Cast) -> None:
    accounts.grant_role(
        session,
        programme_id=cast.northgate,
        email=" Ivo@Example.org ",
        role="administrator",
        by=cast.ada,
        now=NOW,
    )
    assert accounts.role_in(session, cast.ivo, cast.northgate) == "administrator"
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.act, last.actor_id, last.programme_id) == (
        "role.granted",
        cast.ada,
        cast.northgate,
    )
    assert '"before": "instructor"' in last.detail
    with pytest.raises(Refused, match="already"):
        accounts.grant_role(
            session,
            programme_id=cast.northgate,
            email="ivo@example.org",
            role="administrator",
            by=cast.ada,
            now=NOW,
        )


def test_programmes_are_listed_with_one_s_role(session: Session, cast: Cast) -> None:
    assert accounts.list_programme_roles(session, cast.ivo) == [
        (cast.northgate, "Northgate PAT Programme", "instructor")
    ]
    assert accounts.list_programme_roles(session, cast.lena) == []


def race(app: Flask, *acts: Callable[[Session], object]) -> list[str]:
    """Run each act in a thread and transaction of its own, at once; return how each ended."""
    barrier = threading.Barrier(len(acts))
    ends: list[str] = []

    def run(act: Callable[[Session], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                act(db.session)
                db.session.commit()
                ends.append("done")
            except LmsError as refusal:
                db.session.rollback()
                ends.append(type(refusal).__name__)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_two_administrators_cannot_remove_each_other_at_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        accounts.grant_role(
            db.session,
            programme_id=cast.northgate,
            email="ivo@example.org",
            role="administrator",
            by=cast.ada,
            now=NOW,
        )
        accounts.withdraw_role(
            db.session, programme_id=cast.northgate, account_id=cast.dina, by=None, now=NOW
        )
        db.session.commit()

    def remove(account_id: int) -> Callable[[Session], None]:
        return lambda session: accounts.withdraw_role(
            session, programme_id=cast.northgate, account_id=account_id, by=None, now=NOW
        )

    assert race(app, remove(cast.ada), remove(cast.ivo)) == ["Refused", "done"]


# --- the first administrator ----------------------------------------------------------------


@pytest.fixture
def unfounded(session: Session) -> Session:
    """A session on an installation that nobody administers yet."""
    session.execute(sa.delete(RoleGrant))
    session.commit()
    return session


def use(
    session: Session, token: str, *, email: str = "noor@example.org", now: datetime = NOW
) -> None:
    accounts.use_setup_link(
        session,
        token,
        email=email,
        password_hash="$argon2id$",
        full_name="Noor Haddad",
        profession="Psychiatrist",
        now=now,
    )


def test_a_setup_link_works_once_within_two_days(unfounded: Session) -> None:
    token = accounts.make_setup_link(unfounded, NOW)
    later = NOW + timedelta(hours=48)
    with pytest.raises(NotFound):
        accounts.check_setup_link(unfounded, token, later)
    with pytest.raises(NotFound):
        use(unfounded, token, now=later)
    accounts.check_setup_link(unfounded, token, later - timedelta(seconds=1))
    use(unfounded, token, now=later - timedelta(seconds=1))
    with pytest.raises(NotFound):
        use(unfounded, token, email="other@example.org")
    kept = unfounded.scalars(sa.select(SetupLink.token_hash)).all()
    assert token not in kept


def test_a_new_setup_link_replaces_the_one_before(unfounded: Session) -> None:
    first = accounts.make_setup_link(unfounded, NOW)
    second = accounts.make_setup_link(unfounded, NOW)
    with pytest.raises(NotFound):
        accounts.check_setup_link(unfounded, first, NOW)
    accounts.check_setup_link(unfounded, second, NOW)


def test_no_setup_link_once_an_administrator_exists(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused, match="administrator exists"):
        accounts.make_setup_link(session, NOW)
    session.add(
        SetupLink(
            token_hash=accounts.hash_token("left over"),
            made_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )
    )
    session.flush()
    with pytest.raises(NotFound):
        accounts.check_setup_link(session, "left over", NOW)
    with pytest.raises(NotFound):
        use(session, "left over")


def test_tokens_are_long_and_never_the_same(unfounded: Session) -> None:
    tokens = {accounts.make_setup_link(unfounded, NOW) for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43, "256 bits"


def test_a_setup_link_makes_one_account_under_a_race(app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.delete(RoleGrant))
        token = accounts.make_setup_link(db.session, NOW)
        db.session.commit()

    def found(number: int) -> Callable[[Session], None]:
        return lambda session: use(session, token, email=f"founder{number}@example.org")

    ends = race(app, *(found(number) for number in range(8)))
    assert ends == ["NotFound"] * 7 + ["done"]
