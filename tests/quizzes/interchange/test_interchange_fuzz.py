"""Whatever bytes come in, a reading comes out: no reader breaks on rubbish or on torn samples."""

import io
import json
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import Bank, Specification, draft_bank, read_items, write_qti3
from quizzes.bank_yaml import load_tree
from tests.quizzes.interchange.generated import FIGURES, items

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").iterdir())]
ENOUGH = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
GIFT_SIGNS = "{}~=#%:\\->T\n ab1.*<&[]()/"


def assert_readable(data: bytes) -> None:
    reading = read_items(data)
    # The last resort catches what nobody foresaw; here it must never be needed.
    assert "breaks the reader" not in reading.refused, reading.refused
    assert bool(reading.refused) != bool(reading.entries)
    for entry in reading.entries:
        assert entry.draft is not None or entry.losses
    load_tree(draft_bank(reading))


@given(st.binary(max_size=400))
@ENOUGH
def test_random_bytes_never_break_a_reader(data: bytes) -> None:
    assert_readable(data)


@given(st.text(alphabet=GIFT_SIGNS, max_size=120))
@ENOUGH
def test_random_signs_of_gift_never_break_its_reader(text: str) -> None:
    assert_readable(f"::a::b {{=c ~d}}\n\n{text}".encode())


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), max_size=4),
)
@ENOUGH
def test_torn_and_mended_samples_never_break_a_reader(
    sample: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    for place, length, inserted in changes:
        at = int(place * len(sample))
        sample = sample[:at] + inserted + sample[at + length :]
    assert_readable(sample)


@given(st.sampled_from(SAMPLES), st.data())
@ENOUGH
def test_samples_with_words_swapped_never_break_a_reader(
    sample: bytes, data: st.DataObject
) -> None:
    words = sample.split(b'"')
    for _ in range(3):
        one, other = (data.draw(st.integers(0, len(words) - 1)) for _ in range(2))
        words[one], words[other] = words[other], words[one]
    assert_readable(b'"'.join(words))


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(
    kind=st.sampled_from(["numeric", "hotspot", "concordance", "matching", "constructed"]),
    data=st.data(),
)
@ENOUGH
def test_a_forged_extension_never_breaks_a_reader(kind: str, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    bank = Bank("drawn", "Drawn", "en-GB", Specification((), 80, "None."), (item,))
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_qti3(bank, FIGURES))) as source,
        zipfile.ZipFile(target, "w") as forged,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "pat-items.json":
                content = _forged(content, data)
            forged.writestr(name, content)
    assert_readable(target.getvalue())


def _forged(content: bytes, data: st.DataObject) -> bytes:
    document = json.loads(content)
    (residue,) = document["items"].values()
    for name in data.draw(st.sets(st.sampled_from(sorted(residue)), max_size=4)):
        residue[name] = data.draw(VALUES)
    document["specification"] = data.draw(VALUES)
    return json.dumps(document).encode()
