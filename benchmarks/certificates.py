"""How fast, lean and small certificates are, each figure against its anchor in the same run.

`python benchmarks/certificates.py [--json]`; `measure()` gives the rows. Times are processor
time, so that a busy machine does not disturb them. The anchor of
a warm certificate is the same page drawn the way WeasyPrint's manual begins: a fresh document,
style sheet and font configuration each time, fonts as woff2. The anchor of a cold one is a
script that does nothing but import WeasyPrint and draw a heading.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any, get_args

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks.samples import VERIFY_URL, credential, particulars  # noqa: E402
from certificates import Credential, Kind, render_certificate  # noqa: E402

ROUNDS, FEW_ROUNDS, WARM_PER_ROUND, COLD_ROUNDS = 15, 5, 5, 9
BATCH, SHARE = 100, 20
FIRST, LAST = 200, 1000
LEAK_SECONDS = 60.0
"""Most time the memory run may take; a slow machine extrapolates from fewer certificates."""

BARE_SCRIPT = (
    "from weasyprint import HTML;"
    "HTML(string='<h1>Certificate</h1><p>Lena</p>').write_pdf(pdf_variant='pdf/ua-1')"
)
COLD_SCRIPT = (
    "import gc; gc.disable();"
    "from benchmarks.samples import VERIFY_URL, credential;"
    "from certificates import render_certificate;"
    "render_certificate(credential('Lena Marković'), VERIFY_URL)"
)
"""Begins as the `lms` command does, without looking for garbage."""
NAMES = ("Lena Marković", "Nguyễn Thị Ánh", "Владимир Вернадский", "محمد الفارسي", "王小明")


def measure() -> list[dict[str, Any]]:
    """Return one row a goal: name, ratio or figure, anchor, goal, and whether it is met."""
    warm = [_warm_row(what, person) for what, person in kinds().items()]
    rows = [*warm, *_batch_rows(), _cold_row()]
    return rows + _memory_and_size_rows(LEAK_SECONDS)


def kinds() -> dict[str, Credential]:
    """Return what is timed: a bare certificate, and every design with a full record behind it."""
    bare = credential("Lena Marković")
    full = {kind: replace(bare, particulars=particulars(kind)) for kind in get_args(Kind)}
    return {"certificate": bare} | {f"{kind} with record": one for kind, one in full.items()}


def goal_row(
    name: str, ratio: float, anchor: str, goal: str, *, met: bool, **more: Any
) -> dict[str, Any]:
    return {"name": name, "ratio": ratio, "anchor": anchor, "goal": goal, "met": met, **more}


def _warm_row(what: str, person: Credential) -> dict[str, Any]:
    """Time certificates of a running process against naive ones, in interleaved rounds."""
    ours, theirs = _interleaved(person, ROUNDS if person.particulars is None else FEW_ROUNDS)
    ratio = statistics.median(own / naive for own, naive in zip(ours, theirs, strict=True))
    return goal_row(
        f"P3 warm {what}",
        round(ratio, 4),
        f"naive WeasyPrint, {statistics.median(theirs):.0f} ms",
        "at most 0.1667 (stretch 0.125)",
        met=ratio <= 1 / 6,
        milliseconds=round(statistics.median(ours), 1),
    )


def _interleaved(person: Credential, rounds: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of our certificate and of the naive one, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        naive = naive_drawing(person, Path(folder))
        render_certificate(person, VERIFY_URL)
        naive()
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(spent_milliseconds(naive))
            ours.append(
                statistics.median(
                    spent_milliseconds(lambda: render_certificate(person, VERIFY_URL))
                    for _ in range(WARM_PER_ROUND)
                )
            )
    return ours, theirs


def _batch_rows() -> list[dict[str, Any]]:
    """Time batches of a hundred people against naive certificates, and one in two processes."""
    people = [credential(f"{NAMES[number % len(NAMES)]} {number}") for number in range(BATCH)]
    recorded = [replace(person, particulars=particulars("course")) for person in people]
    one, two = (_seconds_in_processes(people, number) for number in (1, 2))
    return [
        _batch_row("a core", people),
        _batch_row("with record, a core", recorded),
        goal_row(
            "P4 batch of 100, two processes",
            round(one / two, 2),
            f"one process, {one:.1f} s",
            "at least 1.9 times as fast",
            met=one / two >= 1.9,
            seconds=round(two, 1),
        ),
    ]


def _batch_row(what: str, people: Sequence[Credential]) -> dict[str, Any]:
    """Time a batch on one core; in turn with it, naive certificates of people of each script."""
    _draw_all(people[: 2 * len(NAMES)])
    naive, own = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(len(NAMES)):
            place = Path(folder) / str(number)
            place.mkdir()
            draw = naive_drawing(people[number], place)
            draw()
            naive.append(spent_milliseconds(draw))
            share = people[number * SHARE : (number + 1) * SHARE]
            own.append(spent_milliseconds(lambda share=share: _draw_all(share)) / len(share))
    theirs, each = statistics.mean(naive), statistics.mean(own)
    return goal_row(
        f"P4 batch of 100, {what}",
        round(theirs / each, 2),
        f"naive WeasyPrint, {theirs:.0f} ms each",
        "at least 10 times as fast",
        met=theirs / each >= 10,
        milliseconds=round(each, 1),
    )


def _draw_all(people: Sequence[Credential]) -> None:
    for person in people:
        render_certificate(person, VERIFY_URL)


def _seconds_in_processes(people: Sequence[Credential], number: int) -> float:
    """Return the seconds that a batch takes in processes that are warm already."""
    with ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_draw_all, [people[:5]] * number * 3))
        shares = [people[start :: number * 5] for start in range(number * 5)]
        started = time.monotonic()
        list(pool.map(_draw_all, shares))
        return time.monotonic() - started


def naive_drawing(person: Credential, folder: Path) -> Callable[[], bytes]:
    """Return a function that draws the page with everything made afresh, fonts as woff2."""
    import segno
    from fontTools.ttLib import TTFont
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from certificates.fonts import FONTS
    from certificates.look import DESIGN
    from certificates.page import page_for

    first = page_for(person, VERIFY_URL)
    files = {"certificate:code.png": folder / "code.png"}
    for number, (address, picture) in enumerate(first.pictures.items()):
        files[address] = folder / f"{number}.svg"
        files[address].write_bytes(picture)
    rules = []
    for number, face in enumerate(first.faces):
        font = TTFont(FONTS / face.file)
        font.flavor = "woff2"
        font.save(folder / f"{number}.woff2")
        rules.append(
            f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};'
            f"src:url({number}.woff2)}}"
        )
    sheet = "".join((DESIGN / name).read_text(encoding="utf-8") for name in first.sheets)
    sheet = Template(sheet).substitute(first.sizes) + "".join(rules)

    def draw() -> bytes:
        html = page_for(person, VERIFY_URL).html
        for address, file in files.items():
            html = html.replace(address, file.as_uri())
        segno.make(VERIFY_URL, error="m", micro=False).save(folder / "code.png", scale=4)
        fonts = FontConfiguration()
        style = CSS(string=sheet, base_url=f"{folder.as_uri()}/", font_config=fonts)
        document = HTML(string=html)
        drawn: bytes = document.write_pdf(
            stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1"
        )
        return drawn

    return draw


def spent_milliseconds(call: Callable[[], object]) -> float:
    """Return the processor time of the call and of the processes it waited for.

    What was left behind before it is cleared beforehand: it is not the call's to clear.
    """
    gc.collect()
    started = _processor_seconds()
    call()
    return (_processor_seconds() - started) * 1000


def _processor_seconds() -> float:
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def _cold_row() -> dict[str, Any]:
    """Time a fresh process that draws one certificate against a bare WeasyPrint script."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run(script: str) -> float:
        command = [sys.executable, "-c", script]
        return spent_milliseconds(
            lambda: subprocess.run(command, check=True, cwd=ROOT, env=environment)
        )

    for script in (BARE_SCRIPT, COLD_SCRIPT):  # Byte code and disk cache are warm for both.
        run(script)
    bare, cold = [], []
    for _ in range(COLD_ROUNDS):
        bare.append(run(BARE_SCRIPT))
        cold.append(run(COLD_SCRIPT))
    own, other = statistics.median(cold), statistics.median(bare)
    return goal_row(
        "P8 cold certificate",
        round(own / other, 3),
        f"bare WeasyPrint script, {other:.0f} ms",
        "at most 1.2",
        met=own / other <= 1.2,
        milliseconds=round(own),
    )


def _memory_and_size_rows(seconds: float) -> list[dict[str, Any]]:
    """Return memory growth and largest file, from certificates drawn in a process of their own."""
    command = [sys.executable, __file__, "--draw-many", str(seconds)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    seen = json.loads(done.stdout)
    grown = seen["grown_kib"] / 1024 * (LAST - FIRST) / (seen["last"] - seen["first"])
    largest = max(seen["sizes"].values()) / 1024
    return [
        goal_row(
            f"P6 memory growth over {LAST - FIRST} certificates",
            round(grown, 2),
            f"MiB, from certificates {seen['first']} to {seen['last']}",
            "at most 1 MiB",
            met=grown <= 1,
        ),
        goal_row(
            "P6 largest file",
            round(largest, 1),
            "KiB",
            "at most 40 KiB",
            met=largest <= 40,
            bytes=seen["sizes"],
        ),
    ]


def _draw_many(seconds: float) -> dict[str, Any]:
    """Draw up to 1,000 certificates in turn of every name; return growth and sizes."""
    people = [credential(name) for name in NAMES]
    deadline = time.monotonic() + seconds
    sizes: dict[str, int] = {}
    first, at_first, drawn = FIRST, 0, 0
    while drawn < LAST and (drawn <= len(people) or time.monotonic() < deadline):
        person = people[drawn % len(people)]
        sizes[person.holder_name] = len(render_certificate(person, VERIFY_URL))
        drawn += 1
        if drawn == FIRST:
            at_first = resident_kib()
    if not at_first:
        raise SystemExit(f"only {drawn} certificates in {seconds:.0f} s: no memory figure")
    return {
        "first": first,
        "last": drawn,
        "grown_kib": resident_kib() - at_first,
        "sizes": sizes,
    }


def resident_kib() -> int:
    """Return the resident memory of this process in KiB, as Linux counts it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])


def main() -> None:
    """Print the rows as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--draw-many", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.draw_many:
        print(json.dumps(_draw_many(options.draw_many)))
        return
    rows = measure()
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        sign = "✓" if row["met"] else "✕"
        print(f"{sign} {row['name']:<44} {row['ratio']:>8}  {row['goal']:<36} {row['anchor']}")


if __name__ == "__main__":
    main()
