"""What holders let others see: their choices, links for a time, look-ups without who looked."""

from lms.services.sharing.display import (
    Display,
    Published,
    choose_display,
    display_of,
    displays_of,
    find_published,
    name_as_shown,
)
from lms.services.sharing.elsewhere import (
    ALARM_DAYS,
    calendar_entry,
    google_calendar_address,
    linkedin_address,
)
from lms.services.sharing.file_check import FileAnswer, check_file, list_file_hashes
from lms.services.sharing.links import (
    LASTS_DAYS,
    MOST_OPEN_LINKS,
    OpenLink,
    SharedLink,
    end_link,
    find_open_link,
    list_links,
    make_link,
)
from lms.services.sharing.look_ups import Kind, Tally, keep_look_ups, list_look_ups
from lms.services.sharing.renewals import Other, list_published_others

__all__ = [
    "ALARM_DAYS",
    "LASTS_DAYS",
    "MOST_OPEN_LINKS",
    "Display",
    "FileAnswer",
    "Kind",
    "OpenLink",
    "Other",
    "Published",
    "SharedLink",
    "Tally",
    "calendar_entry",
    "check_file",
    "choose_display",
    "display_of",
    "displays_of",
    "end_link",
    "find_open_link",
    "find_published",
    "google_calendar_address",
    "keep_look_ups",
    "linkedin_address",
    "list_file_hashes",
    "list_links",
    "list_look_ups",
    "list_published_others",
    "make_link",
    "name_as_shown",
]
