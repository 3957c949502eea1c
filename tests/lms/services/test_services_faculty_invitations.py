"""Inviting colleagues: one answer for every stranger, one role a link, and nobody's detour."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Conflict, Forbidden, LmsError, NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.audit import AuditEntry
from lms.models.faculty import PartnerSite, RoleInvitation
from lms.models.mail import OutboxMessage
from lms.services import accounts, faculty
from lms.services.faculty import Called
from tests.cast import THEN, Cast
from tests.races import at_once

NOW = THEN + timedelta(days=40)
HERE = "https://pat.example"
VERA = "vera@clinic.example"


def invite(
    session: Session, cast: Cast, email: str, role: str = "instructor", *, by: int = 0, **more: str
) -> bool:
    return faculty.invite(
        session,
        cast.northgate,
        Called(email, role, **more),
        public_url=HERE,
        by=by or cast.ada,
        now=NOW,
    )


def link_to(session: Session, email: str) -> str:
    """The token of the latest letter to an address."""
    query = sa.select(OutboxMessage.body).where(OutboxMessage.recipient == email)
    body = session.scalars(query.order_by(OutboxMessage.id.desc()).limit(1)).one()
    return body.split(f"{HERE}/faculty/", 1)[1].split()[0]


def accept(session: Session, token: str, name: str = "Vera Nyström") -> Account:
    return faculty.accept_anew(
        session, token, password_hash="hash", full_name=name, profession="Nurse", now=NOW
    )


def role_of(session: Session, cast: Cast, email: str) -> str | None:
    query = sa.select(RoleGrant.role).join(Account, Account.id == RoleGrant.account_id)
    return session.scalar(
        query.where(Account.email == email, RoleGrant.programme_id == cast.northgate)
    )


def test_somebody_new_makes_a_confirmed_account_by_the_link_and_holds_the_role(
    session: Session, cast: Cast
) -> None:
    assert not invite(session, cast, "Vera@Clinic.example ", full_name="Vera")
    token = link_to(session, VERA)
    assert faculty.offer_of(session, token, NOW).account_id is None
    account = accept(session, token)
    assert (account.email, account.confirmed_at, account.active) == (VERA, NOW, True)
    assert role_of(session, cast, VERA) == "instructor"
    acts = session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id.desc()).limit(3)).all()
    assert acts == ["role.granted", "invitation.accepted", "colleague.invited"]
    assert not faculty.list_pending(session, cast.northgate)


def test_a_stranger_with_an_account_and_one_without_are_told_apart_by_nothing(
    session: Session, cast: Cast
) -> None:
    """Otto has an account that Northgate does not know: it learns of it when he accepts."""
    answers = [invite(session, cast, each) for each in ("otto@example.org", VERA)]
    assert answers == [False, False]
    assert role_of(session, cast, "otto@example.org") is None
    pending = faculty.list_pending(session, cast.northgate)
    told = {(each.full_name, each.role, each.state(NOW), each.times_sent) for each in pending}
    assert len(pending) == 2 and len(told) == 1
    bodies = session.scalars(sa.select(OutboxMessage.body)).all()
    plain = {body.split("/faculty/")[0] for body in bodies}
    assert len(bodies) == 2 and len(plain) == 1, "the letters differ by their links alone"
    otto = session.get_one(Account, cast.otto)
    with pytest.raises(Conflict):
        accept(session, link_to(session, otto.email))
    session.rollback()


def test_whoever_the_programme_knows_holds_the_role_at_once_and_is_told(
    session: Session, cast: Cast
) -> None:
    assert invite(session, cast, "lena@example.org", "auditor")
    assert role_of(session, cast, "lena@example.org") == "auditor"
    assert invite(session, cast, "ivo@example.org", "educator")
    assert role_of(session, cast, "ivo@example.org") == "educator"
    letters = session.scalars(sa.select(OutboxMessage.recipient)).all()
    assert letters == ["lena@example.org", "ivo@example.org"]
    assert not faculty.list_pending(session, cast.northgate)


def test_a_link_works_once_until_its_day_and_only_the_latest(session: Session, cast: Cast) -> None:
    invite(session, cast, VERA)
    first = link_to(session, VERA)
    (line,) = faculty.list_pending(session, cast.northgate)
    faculty.invite_again(
        session, cast.northgate, line.id, public_url=HERE, by=cast.ada, now=NOW + timedelta(1)
    )
    second = link_to(session, VERA)
    with pytest.raises(NotFound):
        faculty.offer_of(session, first, NOW)
    with pytest.raises(NotFound):
        faculty.offer_of(session, second, NOW + timedelta(days=1) + faculty.LINK_LASTS)
    accept(session, second)
    for token in (first, second, "no-such-token"):
        with pytest.raises(NotFound):
            accept(session, token)


def test_only_the_hash_of_a_link_is_kept_with_the_invitation(session: Session, cast: Cast) -> None:
    invite(session, cast, VERA)
    row = session.scalars(sa.select(RoleInvitation)).one()
    assert row.token_hash == accounts.hash_token(link_to(session, VERA))


def test_an_ended_invitation_opens_nothing_and_a_second_replaces_the_first(
    session: Session, cast: Cast
) -> None:
    invite(session, cast, VERA, "administrator")
    powerful = link_to(session, VERA)
    invite(session, cast, VERA, "auditor")
    (line,) = faculty.list_pending(session, cast.northgate)
    assert (line.role, line.times_sent) == ("auditor", 2)
    with pytest.raises(NotFound):
        accept(session, powerful)
    faculty.end_invitation(session, cast.northgate, line.id, by=cast.dina, now=NOW)
    with pytest.raises(NotFound):
        accept(session, link_to(session, VERA))
    with pytest.raises(NotFound):
        faculty.end_invitation(session, cast.northgate, line.id, by=cast.dina, now=NOW)


def test_an_invitation_of_another_programme_is_not_there(session: Session, cast: Cast) -> None:
    invite(session, cast, VERA)
    (line,) = faculty.list_pending(session, cast.northgate)
    with pytest.raises(NotFound):
        faculty.end_invitation(session, cast.southgate, line.id, by=cast.olga, now=NOW)
    with pytest.raises(NotFound):
        faculty.invite_again(
            session, cast.southgate, line.id, public_url=HERE, by=cast.olga, now=NOW
        )
    assert not faculty.list_pending(session, cast.southgate)


def test_a_link_gives_its_role_to_no_other_account(session: Session, cast: Cast) -> None:
    invite(session, cast, "otto@example.org")
    token = link_to(session, "otto@example.org")
    for other in (cast.lena, cast.ivo, cast.olga):
        with pytest.raises(Forbidden):
            faculty.accept_as(session, token, session.get_one(Account, other), NOW)
    offer = faculty.accept_as(session, token, session.get_one(Account, cast.otto), NOW)
    assert (offer.role, role_of(session, cast, "otto@example.org")) == ("instructor", "instructor")


@pytest.mark.parametrize("name", ["ed", "ivo", "rhea", "lena", "otto", "olga"])
def test_nobody_invites_who_gives_no_roles(session: Session, cast: Cast, name: str) -> None:
    with pytest.raises(Refused, match="Only an administrator or director"):
        invite(session, cast, VERA, "auditor", by=getattr(cast, name))


def test_only_a_director_invites_a_director_and_sends_that_again(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Refused, match="Only a director"):
        invite(session, cast, VERA, "director")
    invite(session, cast, VERA, "director", by=cast.dina)
    (line,) = faculty.list_pending(session, cast.northgate)
    with pytest.raises(Refused, match="Only a director"):
        faculty.invite_again(
            session, cast.northgate, line.id, public_url=HERE, by=cast.ada, now=NOW
        )
    accept(session, link_to(session, VERA))
    assert role_of(session, cast, VERA) == "director"


def test_an_invitation_of_somebody_who_lost_the_right_gives_nothing(
    session: Session, cast: Cast
) -> None:
    """Else whoever is let go keeps a way back through a friend."""
    invite(session, cast, VERA, "administrator")
    accounts.withdraw_role(
        session, programme_id=cast.northgate, account_id=cast.ada, by=cast.dina, now=NOW
    )
    (line,) = faculty.list_pending(session, cast.northgate)
    assert line.state(NOW) == "void"
    token = link_to(session, VERA)
    session.commit()
    with pytest.raises(Refused, match="may not give this role any more"):
        accept(session, token)
    session.rollback()
    assert role_of(session, cast, VERA) is None
    faculty.invite_again(session, cast.northgate, line.id, public_url=HERE, by=cast.dina, now=NOW)
    accept(session, link_to(session, VERA))
    assert role_of(session, cast, VERA) == "administrator"


def test_the_first_director_is_not_named_twice_by_an_administrator(
    session: Session, cast: Cast
) -> None:
    """What an administrator could promise yesterday, only a director gives today."""
    faculty.invite(
        session, cast.southgate, Called(VERA, "director"), public_url=HERE, by=cast.olga, now=NOW
    )
    accounts.grant_role(
        session,
        programme_id=cast.southgate,
        email="otto@example.org",
        role="director",
        by=cast.olga,
        now=NOW,
    )
    token = link_to(session, VERA)
    with pytest.raises(Refused, match="may not give this role any more"):
        accept(session, token)


def test_an_account_that_nobody_confirmed_is_taken_over_by_whoever_reads_the_mail(
    session: Session, cast: Cast
) -> None:
    """Its first password may be that of somebody who hoped for just this."""
    squatter = Account(
        email=VERA,
        password="squatted",
        active=True,
        fs_uniquifier="squatter",
        full_name="Not Vera",
        profession="Nobody",
        created_at=THEN,
    )
    session.add(squatter)
    session.flush()
    invite(session, cast, VERA)
    token = link_to(session, VERA)
    assert "Not Vera" not in repr(faculty.offer_of(session, token, NOW))
    account = accept(session, token)
    assert account.id == squatter.id and account.password == "hash"
    assert account.fs_uniquifier != "squatter" and account.full_name == "Vera Nyström"


def test_a_closed_account_is_not_opened_by_an_invitation(session: Session, cast: Cast) -> None:
    session.execute(sa.update(Account).where(Account.id == cast.otto).values(active=False))
    assert not invite(session, cast, "otto@example.org")
    token = link_to(session, "otto@example.org")
    session.commit()
    with pytest.raises(Conflict):
        accept(session, token)


def test_a_partner_is_invited_for_a_site(session: Session, cast: Cast) -> None:
    invite(session, cast, VERA, "partner", site="Harbour Clinic")
    account = accept(session, link_to(session, VERA))
    assert session.get_one(PartnerSite, (cast.northgate, account.id)).name == "Harbour Clinic"


def test_nobody_is_pestered_and_a_list_does_not_grow_without_end(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(faculty.MOST_TIMES):
        invite(session, cast, VERA)
        (line,) = faculty.list_pending(session, cast.northgate)
        if line.times_sent == 2:
            faculty.end_invitation(session, cast.northgate, line.id, by=cast.ada, now=NOW)
    with pytest.raises(Refused, match="was written to 5 times"):
        invite(session, cast, VERA)
    monkeypatch.setattr("lms.services.faculty.invitations.MOST_OPEN", 2)
    invite(session, cast, "second@clinic.example")
    with pytest.raises(Refused, match="wait for an answer"):
        invite(session, cast, "third@clinic.example")


def test_of_many_who_use_a_link_at_once_one_gets_in(app: Flask, cast: Cast) -> None:
    with app.app_context():
        invite(db.session, cast, VERA)
        token = link_to(db.session, VERA)
        db.session.commit()

    def act(session: Session, number: int) -> int:
        return accept(session, token, f"Vera {number}").id

    answers = at_once(app, act, threads=12)
    made = [each for each in answers if not isinstance(each, LmsError)]
    assert len(made) == 1
    with app.app_context():
        count = sa.select(sa.func.count()).select_from(RoleGrant)
        assert db.session.scalar(count.where(RoleGrant.account_id == made[0])) == 1


def test_of_many_who_invite_an_address_at_once_one_invitation_is_left(
    app: Flask, cast: Cast
) -> None:
    answers = at_once(app, lambda session, _n: invite(session, cast, VERA), threads=4)
    assert answers == [False] * 4
    with app.app_context():
        (line,) = faculty.list_pending(db.session, cast.northgate)
        assert line.times_sent == 4
        assert faculty.offer_of(db.session, link_to(db.session, VERA), NOW)
