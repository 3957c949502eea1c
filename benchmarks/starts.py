"""How long things take to begin: the web process, and setting up a machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lms.config import ROOT
from tests.serving import SECRET

ROUNDS = 5
BARE = "import flask; app = flask.Flask('bare')"


def web_process(address: str, data: Path) -> dict[str, Any]:
    """Time a Python that makes the application, until it could serve; without WeasyPrint."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {
        "LMS_DATA": str(data),
        "LMS_DATABASE_URL": address,
        "LMS_SECRET_KEY": SECRET,
        "LMS_MODE": "development",
    }

    def run(script: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)
        return time.perf_counter() - began

    ours = "import sys, wsgi; sys.exit('weasyprint' in sys.modules)"
    run(BARE), run(ours)  # byte code and disk cache are warm for both
    bare, own = [], []
    for _ in range(ROUNDS):
        bare.append(run(BARE))
        own.append(run(ours))
    seconds, anchor = statistics.median(own), statistics.median(bare)
    return {
        "name": "P8 start of the web process",
        "ratio": round(seconds / anchor, 2),
        "anchor": f"a bare Flask application, {1000 * anchor:.0f} ms",
        "goal": "at most 0.5 s, without WeasyPrint",
        "met": seconds <= 0.5,
        "milliseconds": round(1000 * seconds),
    }


def set_up() -> dict[str, Any]:
    """Time filling an environment as set-up does against pip, caches warm."""
    lock = ROOT / "requirements-dev.txt"
    with tempfile.TemporaryDirectory(prefix="lms-setup-") as name:
        folder = Path(name)

        def fresh(label: str) -> Path:
            subprocess.run([sys.executable, "-m", "venv", folder / label], check=True)
            return folder / label / "bin" / "python"

        def timed(command: list[str | Path]) -> float:
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
            return time.perf_counter() - began

        for label in ("warm", "uv"):
            by_uv = timed(["tools/packages.sh", fresh(label)])
        by_pip = 0.0
        for label in ("pip-warm", "pip"):
            words = ["-m", "pip", "install", "-qq", "--require-hashes", "--requirement", lock]
            by_pip = timed([fresh(label), *words])
    return {
        "name": "P9 set-up",
        "ratio": round(by_uv / by_pip, 3),
        "anchor": f"pip, {by_pip:.1f} s",
        "goal": "at most 0.25",
        "met": by_uv / by_pip <= 0.25,
        "seconds": round(by_uv, 1),
    }
