"""Attacks on the public pages, each tried on the house as it stands and on a weak twin of it.

An attack says whether it got through. On the house as it stands it must not; with the weakness
that would let it built in, it must, for an attack that cannot succeed anywhere proves nothing.
"""

import functools
import io
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, render_template, request
from jinja2 import ChoiceLoader, DictLoader

import certificates
from lms import clock
from lms.app import create_app
from lms.db import Base, db
from lms.errors import Forbidden
from lms.models.sharing import ShareLink
from lms.services import credentials, sharing
from lms.services.sharing import Display, FileAnswer
from lms.services.sharing import links as links_service
from lms.views.verification import files, page
from tests.act_samples import do
from tests.cast import Cast, settings_for, token_in
from tests.stories import Told, show, tell

Patch = pytest.MonkeyPatch
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
UNKNOWN = certificates.new_serial(b"\x07" * 17)
CHANNELS = ("/v/{}", "/v/{}.json", "/v/{}/files", "/v/{}/image.png", "/v/{}?on=2026-10-01")


@dataclass
class Scene:
    """Leo holds a certificate; somebody without an account knocks."""

    app: Flask
    told: Told

    def change(self, act: Callable[[credentials.Attested], Any]) -> Any:
        with self.app.app_context():
            found = credentials.find_by_serial(db.session, self.told.serial, clock.now())
            assert found is not None
            done = act(found)
            db.session.commit()
        return done

    def display(self, **chosen: Any) -> None:
        self.change(
            lambda found: sharing.choose_display(db.session, found, Display(**chosen), clock.now())
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.app.test_client().get(path, headers={**BROWSER, **headers})


@pytest.fixture
def scene(app: Flask, cast: Cast) -> Scene:
    return Scene(app, tell(app, cast))


@dataclass(frozen=True)
class Attack:
    """How it is tried, and the weakness with which it would succeed."""

    tries: Callable[[Scene], bool]
    weaken: Callable[[Scene, Patch], None]


# 35: is there something under this number that its holder hides?


def tells_hidden_from_unknown(scene: Scene) -> bool:
    scene.display(is_published=False)
    for channel in CHANNELS:
        for headers in ({}, {"Accept": "application/json"}):
            answers = []
            for serial in (scene.told.serial, UNKNOWN, "x", scene.told.serial[:-1] + "!"):
                answer = scene.get(channel.format(serial), **headers)
                kept = {k: v for k, v in answer.headers.items() if k != "Date"}
                answers.append((answer.status_code, answer.data, kept))
            if any(answer != answers[0] for answer in answers):
                return True
    return False


def say_that_it_is_hidden(scene: Scene, patch: Patch) -> None:
    looked = page.look

    def look(serial: str, now: Any) -> Any:
        seen = looked(serial, now)
        if seen is None and credentials.find_by_serial(db.session, serial, now):
            raise Forbidden("Its holder does not publish this certificate.")
        return seen

    patch.setattr(page, "look", look)


ROUNDS = 120


def hears_by_the_clock_what_is_hidden(scene: Scene) -> bool:
    """In what share of pairs the hidden number took longer: a half, if time tells nothing.

    Measured is the processor time that the answer took, which a listener hears through the noise
    of a network; every kind is asked in turn, so that whatever else the machine does meets all.
    """
    scene.display(is_published=False)
    client = scene.app.test_client()
    times: dict[str, list[int]] = {scene.told.serial: [], UNKNOWN: [], "x": []}
    for each in times:
        client.get(f"/v/{each}")
    turn = random.Random(7)
    for _ in range(ROUNDS):
        for each in turn.sample(list(times), len(times)):
            began = time.thread_time_ns()
            client.get(f"/v/{each}")
            times[each].append(time.thread_time_ns() - began)
    hidden, *others = times.values()
    return any(abs(longer(hidden, other) - 0.5) > 0.3 for other in others)


def longer(first: list[int], second: list[int]) -> float:
    """The Mann-Whitney statistic as a share: how often one of `first` exceeds one of `second`."""
    wins = sum((one > other) + (one == other) / 2 for one in first for other in second)
    return wins / (len(first) * len(second))


def draw_before_asking_whether_it_is_shown(scene: Scene, patch: Patch) -> None:
    """The page is put together first, and thrown away when its holder turns out to hide it."""
    looked = page.look

    def look(serial: str, now: Any) -> Any:
        found = credentials.find_by_serial(db.session, serial, now)
        if found is not None:
            seen = page.Seen(found, Display(), (), None, now)
            drawing = page.Drawing(found.digest, Display(), None, found.credential)
            facts = page._drawn.__wrapped__(drawing)
            tools = page._drawn_tools.__wrapped__(found.credential.serial, now.date())
            given = {"seen": seen, "found": found, "facts": facts, "tools": tools}
            render_template("verification/verify.html", **given)
        return looked(serial, now)

    patch.setattr(page, "look", look)


# 34: guesses without end: 130 random bits, and sixty tries a minute over all ways together


@pytest.mark.parametrize("limits", [True, False], ids=["as it stands", "weak twin"])
def test_guesses_come_to_an_end_where_they_are_limited(
    address: str, tmp_path: Path, cast: Cast, limits: bool
) -> None:
    app = create_app(settings_for(tmp_path, address, rate_limits=limits))
    app.testing = True
    assert guesses_without_end(Scene(app, tell(app, cast))) is not limits
    with app.app_context():
        db.engine.dispose()


def guesses_without_end(scene: Scene) -> bool:
    ways = ("/v/{}", "/v/{}.json", "/v/{}/files", "/s/{}", "/v/{}/image.png")
    statuses = [scene.get(ways[n % 5].format(f"{n:028}")).status_code for n in range(75)]
    return 429 not in statuses


# 41: a name in what previews, histories and search engines keep


def finds_a_name_in_the_preview(scene: Scene) -> bool:
    answer = scene.get(f"/v/{scene.told.serial}")
    kept = answer.text.split("</head>")[0] + str(answer.headers) + f"/v/{scene.told.serial}"
    return any(part in kept for part in ("Leo", "Ferreira", "psychologist"))


def put_the_name_into_the_title(scene: Scene, patch: Patch) -> None:
    weak(scene, patch, 'og:title" content="', 'og:title" content="{{ c.holder_name }}: ')


def weak(scene: Scene, patch: Patch, old: str, new: str) -> None:
    """Put something else into the template of the page."""
    loader = scene.app.jinja_env.loader
    assert loader is not None
    source = loader.get_source(scene.app.jinja_env, "verification/verify.html")[0]
    assert old in source
    changed = DictLoader({"verification/verify.html": source.replace(old, new)})
    patch.setattr(scene.app.jinja_env, "loader", ChoiceLoader([changed, loader]))
    scene.app.jinja_env.cache.clear()  # type: ignore[union-attr]


# 38: an edited file


def passes_an_edited_file_for_genuine(scene: Scene) -> bool:
    client = scene.app.test_client()
    token = token_in(client.get("/verify/file").text)
    forged = f"%PDF-1.7\n% {scene.told.serial} Dr Mallory\n%%EOF\n".encode()
    form = {"csrf_token": token, "file": (io.BytesIO(forged), "certificate.pdf")}
    text = client.post("/verify/file", data=form).text
    return "Unaltered" in text or scene.told.serial in text


def believe_the_number_in_the_file(scene: Scene, patch: Patch) -> None:
    def check(_session: Any, content: bytes, _roots: Any) -> FileAnswer:
        serial = scene.told.serial if scene.told.serial.encode() in content else None
        return FileAnswer("unaltered", "0" * 64, serial)

    patch.setattr(files.sharing, "check_file", check)


# 37: a page that says what its address says


def writes_the_page_through_its_address(scene: Scene) -> bool:
    wanted = {"name": "Mallory", "title": "Surgeon", "status": "revoked", "holder_name": "Mallory"}
    asked = scene.app.test_client().get(
        f"/v/{scene.told.serial}", query_string=wanted, headers=BROWSER
    )
    return "Mallory" in asked.text or "Surgeon" in asked.text or "Revoked" in asked.text


def take_the_name_from_the_address(scene: Scene, patch: Patch) -> None:
    drawn = page.facts_of
    patch.setattr(page, "facts_of", lambda *given: drawn(*given) + request.args.get("name", ""))


# 39: revoked, and still shown as valid


def shows_revoked_as_valid(scene: Scene) -> bool:
    path = f"/v/{scene.told.serial}"
    with scene.app.app_context():
        token = show(db.session, scene.told, clock.now())
        db.session.commit()
    for each in (path, f"{path}.json", f"/s/{token}"):
        scene.get(each)
    with scene.app.app_context():
        do(db.session, scene.told.cast, scene.told.serial, "revoke", clock.now())
        db.session.commit()
    answers = scene.get(path).text, scene.get(f"/s/{token}").text
    record = scene.get(f"{path}.json").json
    return any("Revoked" not in text for text in answers) or record["status"] != "revoked"


def keep_the_verdict(scene: Scene, patch: Patch) -> None:
    looked = functools.cache(lambda serial: page_look(serial, clock.now()))
    page_look = page.look
    patch.setattr(page, "look", lambda serial, _now: looked(serial))


def passes_a_past_day_for_today(scene: Scene) -> bool:
    """A link to a day on which it was valid, sent after it was revoked."""
    then = clock.now().date()
    with scene.app.app_context():
        do(db.session, scene.told.cast, scene.told.serial, "revoke", clock.now())
        db.session.commit()
    text = scene.get(f"/v/{scene.told.serial}?on={then}").text
    return "Revoked" not in text.split('id="verdict">')[1].split("</h1>")[0]


def judge_by_the_day_asked_about(scene: Scene, patch: Patch) -> None:
    weak(
        scene,
        patch,
        "{{ band(c, v, seen.at) }}",
        "{{ band(c, found.verdict_at(c.issued_at) if request.args.on else v, seen.at) }}",
    )


# Looking leaves a trace, or costs a write


def writes_by_looking(scene: Scene) -> bool:
    before = contents(scene.app)
    client = scene.app.test_client()
    for path in (f"/v/{scene.told.serial}", f"/v/{scene.told.serial}.json", "/v/x", "/s/x"):
        client.head(path, headers=BROWSER)
        client.get(path, headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
        client.get(path, headers=BROWSER)
    return contents(scene.app) != before


def contents(app: Flask) -> dict[str, list[str]]:
    with app.app_context():
        return {
            table.name: sorted(map(repr, db.session.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
        }


def count_in_the_database(scene: Scene, patch: Patch) -> None:
    def count(kind: Any, identity: int, _holder: int) -> None:
        tally = sharing.Tally()
        tally.add(kind, identity, clock.now().date())
        sharing.keep_look_ups(db.session, tally)

    patch.setattr(page, "count_look_up", count)


# 58: tokens read from the database


def opens_links_with_what_the_database_holds(scene: Scene) -> bool:
    with scene.app.app_context():
        show(db.session, scene.told, clock.now())
        db.session.commit()
        rows = db.session.execute(sa.select(ShareLink.__table__)).all()
    words = [str(value) for row in rows for value in row]
    return any(scene.get(f"/s/{word}").status_code == 200 for word in words if "/" not in word)


def keep_tokens_as_they_are(scene: Scene, patch: Patch) -> None:
    patch.setattr(links_service.accounts, "hash_token", lambda token: token)


# A new name must not lead back to the old one, nor a shown page to a hidden one


def learns_of_a_hidden_successor(scene: Scene) -> bool:
    """Leo's certificate is issued again under another name, and he hides the new page."""
    with scene.app.app_context():
        serial = do(db.session, scene.told.cast, scene.told.serial, "reissue", clock.now())
        assert serial is not None
        found = credentials.find_by_serial(db.session, serial, clock.now())
        assert found is not None
        sharing.choose_display(db.session, found, Display(is_published=False), clock.now())
        db.session.commit()
    path = f"/v/{scene.told.serial}"
    assert "Superseded" in scene.get(path).text
    return any(serial in scene.get(each).text for each in (path, f"{path}.json"))


def name_whatever_took_its_place(scene: Scene, patch: Patch) -> None:
    successor = property(lambda seen: seen.found.verdict.superseded_by)
    patch.setattr(page.Seen, "successor", successor)


def finds_the_old_name_from_the_new_page(scene: Scene) -> bool:
    with scene.app.app_context():
        serial = do(db.session, scene.told.cast, scene.told.serial, "reissue", clock.now())
        db.session.commit()
    path = f"/v/{serial}"
    answers = scene.get(path).text, scene.get(f"{path}.json").text
    return any(scene.told.serial in text for text in answers)


def list_every_other(scene: Scene, patch: Patch) -> None:
    patch.setattr(page.Seen, "chain", property(lambda seen: seen.others))


ATTACKS = [
    Attack(tells_hidden_from_unknown, say_that_it_is_hidden),
    Attack(hears_by_the_clock_what_is_hidden, draw_before_asking_whether_it_is_shown),
    Attack(finds_a_name_in_the_preview, put_the_name_into_the_title),
    Attack(passes_an_edited_file_for_genuine, believe_the_number_in_the_file),
    Attack(writes_the_page_through_its_address, take_the_name_from_the_address),
    Attack(shows_revoked_as_valid, keep_the_verdict),
    Attack(passes_a_past_day_for_today, judge_by_the_day_asked_about),
    Attack(writes_by_looking, count_in_the_database),
    Attack(opens_links_with_what_the_database_holds, keep_tokens_as_they_are),
    Attack(learns_of_a_hidden_successor, name_whatever_took_its_place),
    Attack(finds_the_old_name_from_the_new_page, list_every_other),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.tries.__name__)
def test_the_house_as_it_stands_withstands(scene: Scene, attack: Attack) -> None:
    assert not attack.tries(scene)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.tries.__name__)
def test_the_weak_twin_falls(scene: Scene, attack: Attack, monkeypatch: Patch) -> None:
    attack.weaken(scene, monkeypatch)
    assert attack.tries(scene)
