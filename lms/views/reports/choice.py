"""Which learners of a cohort are shown, in which order, and against which jurisdiction."""

from dataclasses import dataclass, replace

from flask import request, url_for

from lms.services import reports

ROWS = 100
"""Learners on a page of the table: more than that nobody reads, and a phone does not draw."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody asked to see; `page` counts from 1, and 0 is everybody on one page."""

    shown: str = "all"
    sort: str = "name"
    descending: bool = False
    page: int = 1
    place: str = ""

    def query(self) -> dict[str, str | None]:
        """The choice as query parameters, the usual one as none."""
        return {
            "show": None if self.shown == "all" else self.shown,
            "sort": None if self.sort == "name" else self.sort,
            "order": "descending" if self.descending else None,
            "page": {0: "all", 1: None}.get(self.page, str(self.page)),
            "place": self.place or None,
        }

    def address(self, cohort: int, anchor: str = "who", **change: str | bool | int) -> str:
        """Return the address of the page with some of the choice changed.

        Whoever changes more than the page begins at the first one.
        """
        values = change if "page" in change or anchor != "who" else {**change, "page": 1}
        query = replace(self, **values).query()  # type: ignore[arg-type]
        return url_for("reports.cohort", cohort=cohort, **query, _anchor=anchor)  # type: ignore[arg-type]


def choice() -> Choice:
    """Read the choice from the address; what it does not know is the usual."""
    shown = request.args.get("show", "")
    sort = request.args.get("sort", "")
    page = request.args.get("page", "1")
    return Choice(
        shown=shown if shown in reports.SHOWN else "all",
        sort=sort if sort in reports.SORTS else "name",
        descending=request.args.get("order") == "descending",
        page=0 if page == "all" else int(page) if page.isdecimal() and 0 < int(page) < 1000 else 1,
        place=request.args.get("place", "")[:40],
    )
