"""How often each measured page asks the database, counted where SQLAlchemy sends statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from benchmarks.stage import Stage
from lms.app import create_app
from lms.config import Settings
from lms.db import db
from tests.serving import SECRET


def measure(stage: Stage) -> list[dict[str, Any]]:
    """Return one row a page: its queries, the one that loads the person included."""
    settings = Settings(
        data=stage.ours.data,
        database_url=stage.ours.environment["LMS_DATABASE_URL"],
        mode="development",
        secret_key=SECRET,
        rate_limits=False,
    )
    app = create_app(settings)
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    rows = []
    for name, path, cookie, most in (
        ("lesson page", stage.lesson, stage.reader_cookie, 4),
        ("quiz page", stage.quiz, stage.reader_cookie, 8),
        ("verification page", stage.verify, "", 4),
        ("cohort page of 200", stage.cohort, stage.staff_cookie, 8),
    ):
        headers = {"Cookie": cookie} if cookie else {}
        for _ in range(2):  # the first time fills what a process keeps
            asked.clear()
            answer = app.test_client(use_cookies=False).get(path, headers=headers)
        rows.append(
            {
                "name": f"queries, {name}",
                "ratio": len(asked),
                "anchor": "",
                "goal": f"at most {most}",
                "met": answer.status_code == 200 and len(asked) <= most,
                "bytes": len(answer.data),
            }
        )
    with app.app_context():
        db.engine.dispose()
    return rows
