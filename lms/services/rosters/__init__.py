"""Rosters: people brought in from a spreadsheet, tried before it is done, undone within a day."""

from lms.services.rosters.applying import apply, discard, try_again
from lms.services.rosters.clearing import clear_old
from lms.services.rosters.clerk import CLERK, tend, work
from lms.services.rosters.columns import COLUMNS, RosterColumn
from lms.services.rosters.invitations import (
    LINK_LASTS,
    Invited,
    accept_anew,
    accept_as,
    invited_by,
    send_again,
    write_waiting,
)
from lms.services.rosters.listing import (
    ROWS_A_PAGE,
    RosterLine,
    RosterRowLine,
    count_invited,
    count_kinds,
    count_undone,
    count_without_acts,
    list_rosters,
    list_rows,
    places_wanted,
    roster_for,
    waiting_for,
)
from lms.services.rosters.opening import open_sheet
from lms.services.rosters.people import Note
from lms.services.rosters.plan import BLOCKING, KINDS, Kind, blocks
from lms.services.rosters.sending import SMALL, drop_file, roster_folder, send
from lms.services.rosters.sheets import MOST_BYTES, MOST_ROWS, Line, Sheet, Unreadable
from lms.services.rosters.tables import rows_table, template_table
from lms.services.rosters.trying import claim, try_roster
from lms.services.rosters.unanswered import Unanswered, list_unanswered, write_once_more
from lms.services.rosters.undoing import undo

__all__ = [
    "BLOCKING",
    "CLERK",
    "COLUMNS",
    "KINDS",
    "LINK_LASTS",
    "MOST_BYTES",
    "MOST_ROWS",
    "ROWS_A_PAGE",
    "SMALL",
    "Invited",
    "Kind",
    "Line",
    "Note",
    "RosterColumn",
    "RosterLine",
    "RosterRowLine",
    "Sheet",
    "Unanswered",
    "Unreadable",
    "accept_anew",
    "accept_as",
    "apply",
    "blocks",
    "claim",
    "clear_old",
    "count_invited",
    "count_kinds",
    "count_undone",
    "count_without_acts",
    "discard",
    "drop_file",
    "invited_by",
    "list_rosters",
    "list_rows",
    "list_unanswered",
    "open_sheet",
    "places_wanted",
    "roster_folder",
    "roster_for",
    "rows_table",
    "send",
    "send_again",
    "template_table",
    "tend",
    "try_again",
    "try_roster",
    "undo",
    "waiting_for",
    "work",
    "write_once_more",
    "write_waiting",
]
