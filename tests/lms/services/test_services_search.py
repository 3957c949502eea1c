"""Search: what is found and by whom, through misspellings, and whatever somebody types."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import RoleGrant
from lms.models.catalogue import Release
from lms.models.cohorts import Cohort
from lms.models.search import PassageRecord, SearchedRelease
from lms.services import publishing, search
from lms.services.search import Answer, Hit, Shelf
from lms.services.search.words import stem, words_in
from tests.cast import BUNDLED, THEN, Cast
from tests.lms.search_samples import add_release

ATTACKS = (
    '"', "'", "*", ":", "(", ")", "^", "-", "+", "&", "|", "!", "<->", "\\", "%", "_", ";", "--",
    "NEAR(", "AND", "OR", "NOT", "title:", "{heading body} :", "rowid:", "\x00", "\u202e", "\ud7ff",
    "' OR 1=1 --", '" OR "', "lithium*", "seiz*", "^lithium", ":*", "''::tsquery", "$1",
)  # fmt: skip


@pytest.fixture
def release(session: Session, cast: Cast) -> Release:
    """A newer release than the one of the cast, learnt by the cohort of Autumn."""
    made = add_release(session)
    session.execute(sa.update(Cohort).values(release_id=made.id).where(Cohort.id == cast.autumn))
    return made


@pytest.fixture
def shelves(session: Session, cast: Cast, release: Release) -> list[Shelf]:
    """What Lena may search."""
    return search.shelves_of(session, cast.lena)


def places(answer: Answer) -> list[tuple[str, str]]:
    return [(hit.kind, hit.anchor) for hits in answer.hits.values() for hit in hits]


def text_of(pieces: Iterable[search.Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def found(pieces: Iterable[search.Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.found]


def first(answer: Answer, kind: search.Kind) -> Hit:
    return answer.hits[kind][0]


def test_a_hit_leads_to_the_heading_and_shows_the_words(
    session: Session, shelves: list[Shelf]
) -> None:
    hit = first(search.find(session, shelves, "lithium seizure"), "section")
    assert (hit.key, hit.anchor) == ("first-module/lesson-1", "s-lithium")
    assert text_of(hit.heading) == "Lithium: harm" and hit.module == "First module"
    assert found(hit.excerpt) == ["lithium", "seizures", "lithium"]
    assert "TST-001" not in text_of(hit.excerpt)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lithum seizure", "lithium seizure"),
        ("lithium siezures", "lithium seizures"),
        ("MAIO", "MAOI"),
        ("psilocibyn", "psilocybin"),
        ("ayahuas", "ayahuasca"),
    ],
)
def test_a_misspelling_is_put_right_and_said(
    session: Session, shelves: list[Shelf], typed: str, meant: str
) -> None:
    """“MAIO” is one letter from “main” too: the same letters in another order come first."""
    mended = search.find(session, shelves, typed)
    assert mended.question.words == meant and mended.question.mended
    assert places(mended) == places(search.find(session, shelves, meant)) != []


def test_somebody_may_insist_on_what_they_wrote(session: Session, shelves: list[Shelf]) -> None:
    answer = search.find(session, shelves, "lithum seizure", exactly=True)
    assert answer.question.unknown == ("lithum",) and not answer.question.mended
    assert "s-lithium" in [anchor for _, anchor in places(answer)]


@pytest.mark.parametrize("typed", ["fluoxetone 40", "40"])
def test_a_number_is_never_put_right(session: Session, shelves: list[Shelf], typed: str) -> None:
    """39 stands in the text: 40 mg must not turn into 39."""
    assert "40" in search.find(session, shelves, typed).question.unknown


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Seizures, LITHIUM?", ("section", "s-lithium")),
        ("what is the risk of seizures with lithium", ("section", "s-lithium")),
        ("fluoxetine linger", ("section", "s-maoi")),
        ("duloxetine", ("section", "s-maoi")),
        ("ayahuasca", ("section", "s-maoi")),
        ("relapse tapers", ("claim", "claim-2-title")),
        ("oximetry", ("aid", "s-first")),
        ("oxidase", ("term", "term-monoamine-oxidase-inhibitor")),
        ("TST-001", ("fact", "")),
        ("example & sample", ("fact", "")),
        ("exclude lithium", ("section", "key-points")),
        ("medicines danger", ("section", "text")),
    ],
)
def test_every_kind_of_passage_is_found(
    session: Session, shelves: list[Shelf], typed: str, place: tuple[str, str]
) -> None:
    assert place in places(search.find(session, shelves, typed))


def test_a_title_supplies_a_word_but_is_not_found_in_every_section(
    session: Session, shelves: list[Shelf]
) -> None:
    assert ("section", "s-lithium") in places(search.find(session, shelves, "danger lithium"))
    assert places(search.find(session, shelves, "danger")) == [("section", "text")]


def test_a_claim_stands_with_what_can_be_said_truly(session: Session, shelves: list[Shelf]) -> None:
    """A wrong claim is never shown by itself, and its reasons are not quoted on arrival."""
    hit = first(search.find(session, shelves, "tapering"), "claim")
    assert text_of(hit.heading) == "“Tapering is always harmless.”"
    assert hit.mark == "It does not hold"
    assert text_of(hit.excerpt).startswith("Relapse was reported")
    assert all("Relapse" not in quote for quote in hit.quotes)


def test_items_answers_and_options_are_never_searched(session: Session, release: Release) -> None:
    written = session.scalars(sa.select(PassageRecord.text)).all()
    assert written
    for secret in ("CANARY", "Distractor", "Spoiler", "drawn words", "Your choice"):
        assert not any(secret in text for text in written)


def test_when_no_passage_has_all_words_some_are_found_and_it_is_said(
    session: Session, shelves: list[Shelf]
) -> None:
    answer = search.find(session, shelves, "oximetry ayahuasca")
    assert not answer.has_all
    assert {("section", "s-maoi"), ("aid", "s-first")} <= set(places(answer))


@pytest.mark.parametrize("typed", ["", "   ", "the of and", "?!", "\x00", "xqzzt"])
def test_nothing_is_found_for_nothing(session: Session, shelves: list[Shelf], typed: str) -> None:
    answer = search.find(session, shelves, typed)
    assert answer.total == 0 and answer.hits == {}


def test_one_kind_can_be_asked_for_alone(session: Session, shelves: list[Shelf]) -> None:
    answer = search.find(session, shelves, "lithium", kind="fact")
    assert set(answer.hits) == {"fact"}


def test_hits_are_capped_and_counted(session: Session, cast: Cast) -> None:
    """Many sections with the word: the page shows so many of them, and says how many there are."""
    html = "".join(f'<h2 id="s-{n}">Part {n}</h2><p>The word ibogaine.</p>' for n in range(60))
    add_release(session, html=html)
    visible = [replace(each, cohort_id=1) for each in search.shelves_of(session, None)]
    together = search.find(session, visible, "ibogaine")
    alone = search.find(session, visible, "ibogaine", kind="section")
    assert len(together.hits["section"]) == 8 and together.counts["section"] == 60
    assert len(alone.hits["section"]) == 50 and alone.counts["section"] == 60


def test_very_many_hits_are_not_all_compared(
    session: Session, shelves: list[Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search.index, "MOST_RANKED", 3)
    assert search.find(session, shelves, "lithium").is_wide
    assert not search.find(session, shelves, "ayahuasca").is_wide


# Who may find what.


def kinds_and_releases(session: Session, account: int | None) -> set[tuple[str, int]]:
    on_shelf = search.chosen(search.shelves_of(session, account), None)
    answer = search.find(session, on_shelf, "lithium statement claim")
    return {(hit.kind, hit.shelf.release_id) for hits in answer.hits.values() for hit in hits}


def test_a_learner_searches_their_own_release(
    session: Session, cast: Cast, release: Release
) -> None:
    newer = add_release(session, label="2026.8", statement="Lithium again.")
    assert newer.id > release.id
    seen = kinds_and_releases(session, cast.lena)
    assert {kind for kind, _ in seen} == {"section", "fact"}
    assert {where for _, where in seen} == {release.id}


def test_staff_search_the_releases_of_their_cohorts(
    session: Session, cast: Cast, release: Release
) -> None:
    add_release(session, label="2026.8")
    for person in (cast.ivo, cast.ada):
        assert {where for _, where in kinds_and_releases(session, person)} == {release.id}
        shelf = search.shelves_of(session, person)[0]
        assert (shelf.enrolment_id, shelf.cohort_id) == (None, cast.autumn)


@pytest.mark.parametrize("who", ["visitor", "otto", "olga"])
def test_everybody_else_searches_the_public_facts_of_the_newest_release(
    session: Session, cast: Cast, release: Release, who: str
) -> None:
    """Olga administers a programme without cohorts: nothing of Northgate is hers."""
    newest = add_release(session, label="2026.8", statement="Lithium, newly said.")
    account = None if who == "visitor" else getattr(cast, who)
    assert kinds_and_releases(session, account) == {("fact", newest.id)}


def test_a_role_withdrawn_takes_the_release_away(
    session: Session, cast: Cast, release: Release
) -> None:
    session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == cast.ivo))
    assert {kind for kind, _ in kinds_and_releases(session, cast.ivo)} == {"fact"}


def test_a_visitor_is_offered_no_word_that_only_lessons_use(
    session: Session, release: Release
) -> None:
    """Even the spelling of a word would tell that it is taught."""
    public = search.shelves_of(session, None)
    assert search.find(session, public, "ayahuazca").question.unknown == ("ayahuazca",)
    assert search.find(session, public, "lithum").question.words == "lithium"


def test_a_range_of_ids_does_not_decide_who_may_read(
    session: Session, cast: Cast, release: Release
) -> None:
    """The vulnerable twin: a shelf whose range reaches into another release finds none of it."""
    everything = session.scalar(sa.select(sa.func.max(PassageRecord.id))) or 0
    public = [
        replace(shelf, first_public=1, last=everything)
        for shelf in search.shelves_of(session, None)
    ]
    answer = search.find(session, public, "lithium statement claim")
    assert {hit.kind for hits in answer.hits.values() for hit in hits} == {"fact"}
    assert {hit.shelf.release_id for hits in answer.hits.values() for hit in hits} == {release.id}


def test_only_a_release_on_ones_shelves_can_be_chosen(
    session: Session, cast: Cast, release: Release
) -> None:
    mine = search.shelves_of(session, cast.lena)
    assert search.chosen(mine, release.id) == mine
    with pytest.raises(NotFound):
        search.chosen(mine, cast.release)


def test_of_one_course_the_older_text_is_searched_only_when_chosen(
    session: Session, cast: Cast, release: Release
) -> None:
    session.add(
        Cohort(
            programme_id=cast.northgate,
            release_id=cast.release,
            title="Spring 2026",
            starts_on=THEN.date().replace(month=3),
            due_on=THEN.date(),
            created_at=THEN,
        )
    )
    session.flush()
    shelves = search.shelves_of(session, cast.ivo)
    assert [each.release_id for each in shelves] == [release.id, cast.release]
    assert search.chosen(shelves, None) == shelves[:1]
    assert search.chosen(shelves, cast.release) == shelves[1:]


# Writing.


def test_publishing_writes_what_is_found(session: Session, cast: Cast) -> None:
    assert session.get(SearchedRelease, cast.release) is not None
    assert places(search.find(session, search.shelves_of(session, cast.lena), "opening paragraph"))


def test_a_release_published_earlier_is_written_by_command_once(session: Session) -> None:
    release = add_release(session, written=False)
    assert search.write_missing(session) == ["small-course 2026.7"]
    before = session.scalar(sa.select(sa.func.count(PassageRecord.id)))
    assert search.write_missing(session) == []
    assert session.scalar(sa.select(sa.func.count(PassageRecord.id))) == before
    assert session.get(SearchedRelease, release.id) is not None


def test_writing_again_finds_the_same(session: Session, shelves: list[Shelf], cast: Cast) -> None:
    before = places(search.find(session, shelves, "lithium"))
    assert len(search.write_again(session)) == 2
    session.expire_all()
    assert places(search.find(session, search.shelves_of(session, cast.lena), "lithium")) == before


def test_ids_of_a_release_lie_together_and_its_public_ones_last(
    session: Session, release: Release
) -> None:
    for row in session.scalars(sa.select(SearchedRelease)):
        query = sa.select(PassageRecord).where(PassageRecord.release_id == row.release_id)
        passages = session.scalars(query.order_by(PassageRecord.id)).all()
        assert [each.id for each in passages] == list(range(row.first, row.last + 1))
        public = [each.id for each in passages if each.kind == "fact"]
        assert public == list(range(row.first_public, row.last + 1))


def test_the_curriculum_is_searched_as_its_readers_will(session: Session, cast: Cast) -> None:
    bundled = publishing.publish(session, BUNDLED, now=THEN, actor_id=None)[0]
    visible = [replace(each, cohort_id=1) for each in search.shelves_of(session, None)]
    assert visible[0].release_id == bundled.id
    for typed in ("lithium seizure", "lithum seizure"):
        hit = first(search.find(session, visible, typed), "section")
        assert {"lithium", "seizure"} <= {word.lower().rstrip("s") for word in found(hit.excerpt)}
    for typed in ("MAOI", "MAIO"):
        answer = search.find(session, visible, typed)
        assert answer.question.words == "MAOI" and set(answer.hits) >= {"section", "term", "fact"}
        assert "MAOI" in text_of(first(answer, "section").heading)


# Whatever somebody types.

typed_texts = st.one_of(
    st.text(max_size=250),
    st.lists(
        st.one_of(
            st.sampled_from(ATTACKS),
            st.sampled_from(["lithium", "seizures", "MAOI", "5-HT2A", "patient’s", "kill"]),
            st.text(max_size=12),
        ),
        max_size=12,
    ).map(" ".join),
)
laws = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@laws
@given(typed=typed_texts)
@example(typed='lithium" OR title:*')
@example(typed="lithium\x00seizure")
@example(typed="' | '" * 30)
@example(typed="NEAR(lithium seizure, 2)")
def test_whatever_is_typed_is_plain_text(
    session: Session, shelves: list[Shelf], typed: str
) -> None:
    """Nothing raises, and a passage is found only if it has the words that were looked for."""
    answer = search.find(session, shelves, typed)
    for hits in answer.hits.values():
        for hit in hits:
            parts = (text_of(hit.title), text_of(hit.heading), whole_text(session, hit))
            has = {word.stem for part in parts for word in words_in(part)}
            ways = [
                any(set(way) <= has for way in alternatives)
                for alternatives in answer.question.asked
            ]
            assert all(ways) if answer.has_all else any(ways)


def whole_text(session: Session, hit: Hit) -> str:
    query = sa.select(PassageRecord.text).where(
        PassageRecord.release_id == hit.shelf.release_id,
        PassageRecord.kind == hit.kind,
        PassageRecord.key == hit.key,
        PassageRecord.anchor == hit.anchor,
    )
    return "\n".join(session.scalars(query))


@laws
@given(
    before=st.sampled_from(ATTACKS),
    between=st.sampled_from(ATTACKS),
    after=st.sampled_from(ATTACKS),
)
def test_signs_around_words_change_nothing(
    session: Session, shelves: list[Shelf], before: str, between: str, after: str
) -> None:
    """Operators of either database, wherever they stand, are at most further words."""
    signs = " ".join((before, between, after))
    if any(sign.isalnum() for sign in signs):
        return
    dressed = search.find(session, shelves, f"{before} lithium {between} seizures {after}")
    assert places(dressed) == places(search.find(session, shelves, "lithium seizures"))


@laws
@given(typed=st.text(max_size=400))
def test_a_question_is_short_and_on_one_line(typed: str) -> None:
    tidy = search.tidy(typed)
    assert len(tidy) <= search.LONGEST_QUERY
    assert "\n" not in tidy and "\x00" not in tidy and search.tidy(tidy) == tidy


def test_only_stems_reach_a_database() -> None:
    for bad in ('a"b', "a'b", "a b", "", "*"):
        with pytest.raises(ValueError, match="not a stem"):
            search.index.fts5([((bad,),)], every=True)
        with pytest.raises(ValueError, match="not a stem"):
            search.index.tsquery([((bad,),)], every=True)
    assert stem("seizures") == "seizur"
