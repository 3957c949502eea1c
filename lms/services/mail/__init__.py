"""Mail: written to the outbox with its cause, delivered after the commit, by each reader's wish."""

from lms.services.mail.bounces import (
    Bounce,
    clear_address,
    list_marked,
    mark_address,
    read_bounces,
    take_bounces,
)
from lms.services.mail.choices import (
    CHOOSABLE,
    Token,
    choices_of,
    choose,
    list_choices,
    read_token,
    token_for,
)
from lms.services.mail.digests import gather
from lms.services.mail.journal import LogLine, LogPage, list_log, try_again
from lms.services.mail.letters import Letter, letter
from lms.services.mail.letters import blocks as letter_blocks
from lms.services.mail.outbox import Kind, find_message, list_recent, recall, write
from lms.services.mail.quiet import Hours, hours_of, set_hours
from lms.services.mail.sending import (
    CLAIM_LASTS,
    MOST_TRIES,
    as_email,
    deliver_waiting,
    number_of,
)
from lms.services.mail.transports import Deliver, by_smtp, delivery, to_folder
from lms.services.mail.troubles import Marked, list_troubled, waiting_for

__all__ = [
    "CHOOSABLE",
    "CLAIM_LASTS",
    "MOST_TRIES",
    "Bounce",
    "Deliver",
    "Hours",
    "Kind",
    "Letter",
    "LogLine",
    "LogPage",
    "Marked",
    "Token",
    "as_email",
    "by_smtp",
    "choices_of",
    "choose",
    "clear_address",
    "deliver_waiting",
    "delivery",
    "find_message",
    "gather",
    "hours_of",
    "letter",
    "letter_blocks",
    "list_choices",
    "list_log",
    "list_marked",
    "list_recent",
    "list_troubled",
    "mark_address",
    "number_of",
    "read_bounces",
    "read_token",
    "recall",
    "set_hours",
    "take_bounces",
    "to_folder",
    "token_for",
    "try_again",
    "waiting_for",
    "write",
]
