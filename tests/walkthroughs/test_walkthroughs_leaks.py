"""What nobody may see before its time: keys, rationales, scores; and what nobody may see at all.

The rationales of the small course carry two canaries. They are looked for in the body and in the
headers of every page that each of the cast can reach, before and after submission.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.services import assessment, cohorts
from tests.cast import Cast
from tests.stories import Told, read_all, sit

CANARY = re.compile(r"CANARY-(?:RIGHT|WRONG)")
LINK = re.compile(r"(?:href|action|data-save)=\"(/[^\"#]*)\"")


def crawl(client: FlaskClient, start: list[str]) -> dict[str, tuple[str, str]]:
    """Follow every link from `start`; return (head, body) by path. Static files are left out."""
    found: dict[str, tuple[str, str]] = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop().replace("&amp;", "&")
        if path in found or path.startswith(("/static", "/sign-out", "/mailbox", "/design")):
            continue
        answer = client.get(path)
        is_text = answer.mimetype.startswith("text/") or answer.mimetype == "application/json"
        body = answer.text if is_text else answer.data.decode("latin-1")
        found[path] = (str(answer.headers), body)
        waiting += LINK.findall(body)
        if "Location" in answer.headers:
            waiting.append(re.sub(r"^https?://[^/]+", "", answer.headers["Location"]))
    return found


def where(pages: dict[str, tuple[str, str]], pattern: re.Pattern[str]) -> list[str]:
    return [path for path, parts in pages.items() if any(map(pattern.search, parts))]


def sitting_lena(app: Flask, cast: Cast) -> int:
    """Lena has read everything and answered one item."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        attempt = assessment.start(db.session, seat, "first-module", seed=3, now=clock.now())
        assessment.save_response(
            db.session, cast.lena, attempt, slot=1, sequence=1, answer="a", now=clock.now()
        )
        db.session.commit()
    return attempt


def test_no_page_shows_a_key_before_submission(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariants 1, 2 and 7: no byte before submission depends on the key."""
    attempt = sitting_lena(app, cast)
    lena = client_of("Lena")
    pages = crawl(lena, ["/learn", f"/attempts/{attempt}/review", f"/attempts/{attempt}/result"])
    assert f"/attempts/{attempt}/items/3" in pages and len(pages) > 10
    assert where(pages, CANARY) == []
    assert where(pages, re.compile(r"is_key|rationale|data-key=\"[a-e]\"", re.IGNORECASE)) == []


def test_the_same_crawl_finds_them_after_submission(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """The vulnerable twin: the crawl can see, on the one page that may show it."""
    attempt = sitting_lena(app, cast)
    with app.app_context():
        assessment.submit(db.session, cast.lena, attempt, clock.now())
        db.session.commit()
    pages = crawl(client_of("Lena"), ["/learn"])
    assert where(pages, CANARY) == [f"/attempts/{attempt}/result"]
    body = pages[f"/attempts/{attempt}/result"][1]
    assert body.count("CANARY-RIGHT") == 3 and body.count("CANARY-WRONG") == 9


def test_a_retake_shows_no_key_of_its_own(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 4: what the first attempt revealed is not on the second one's paper."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        failed = sit(db.session, cast.lena, cast.lena_seat, right=0, now=clock.now())
        db.session.commit()
    attempt = sitting_lena_again(app, cast)
    lena = client_of("Lena")
    revealed = set(re.findall(r"Case number \d", lena.get(f"/attempts/{failed}/result").text))
    asked = {
        case
        for number in (1, 2, 3)
        for case in re.findall(
            r"Case number \d", lena.get(f"/attempts/{attempt}/items/{number}").text
        )
    }
    assert len(revealed) == len(asked) == 3 and not revealed & asked


def sitting_lena_again(app: Flask, cast: Cast) -> int:
    with app.app_context():
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        attempt = assessment.start(db.session, seat, "first-module", seed=9, now=clock.now())
        db.session.commit()
    return attempt


@pytest.mark.parametrize("option", ["a", "b", "c", "d"])
def test_saving_is_no_oracle(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], option: str
) -> None:
    """Invariant 3: the reply to a right answer and to a wrong one differ in nothing."""
    attempt = sitting_lena(app, cast)
    lena = client_of("Lena")
    page = lena.get(f"/attempts/{attempt}/items/2").text
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    answer = lena.post(
        f"/attempts/{attempt}/items/2/response",
        json={"sequence": 1, "answer": option},
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code == 200
    reply = answer.get_json()
    assert reply.pop("saved_at")
    assert reply == {
        "kind": "accept",
        "message": "The answer is saved.",
        "stored": {"sequence": 1, "answer": option, "certainty": None},
        "left": None,
    }


def test_others_never_see_an_item_and_another_programme_sees_no_name(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], told: Told
) -> None:
    """Invariants 5, 7, 27 and 29, on one crawl of each: stems and rationales reach nobody but who
    sits or sat the paper, and Olga, who administers another programme, meets nobody of this one.
    """
    seen = re.compile(r"Case number \d|CANARY")
    paths = ["/", "/learn", "/manage", f"/manage/cohorts/{cast.autumn}",
             f"/attempts/{told.open_attempt}/items/1", f"/attempts/{told.passed_attempt}/result",
             f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}"]  # fmt: skip
    pages = {who: crawl(client_of(who), paths) for who in ("Otto", "Olga", "Ivo", "Ada")}
    for who, theirs in pages.items():
        # Who runs the programme judges its items by their figures, and administrators rule on
        # those that are flawed: they see what items ask.
        manage = f"/manage/programmes/{cast.northgate}"
        may_ask = (f"{manage}/assessment/", *((f"{manage}/rulings/",) if who == "Ada" else ()))
        found = [path for path in where(theirs, seen) if not path.startswith(may_ask)]
        assert found == [], who
    assert where(crawl(app.test_client(), paths), seen) == []
    names = re.compile(r"Lena Markovi|Leo Ferreira|lena@|leo@")
    assert where(pages["Olga"], names) == []
    assert where(pages["Ada"], names), "the crawl would have seen them"


def test_a_learner_meets_no_other_learner(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], told: Told
) -> None:
    """Invariant 30: no page of a learner carries another learner's name or address."""
    pages = crawl(client_of("Lena"), ["/", "/learn", "/account", "/credentials", "/manage"])
    assert where(pages, re.compile(r"Leo Ferreira|leo@example|Otto Lind")) == []


def test_the_public_sees_neither_address_nor_score(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], told: Told
) -> None:
    """Invariant 41: a verification page says what is attested and nothing else."""
    page = app.test_client().get(f"/v/{told.serial}")
    assert "Leo Ferreira" in page.text
    for private in ("leo@example.org", "3 of 3", "licence_number"):
        assert private not in page.text
    head = page.text.split("</head>")[0]
    assert "Leo" not in head and "Ferreira" not in head
    assert "Leo" not in str(page.headers)
