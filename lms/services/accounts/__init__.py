"""People: their sign-ins, their own details, their roles in a programme, and the first of them."""

from lms.models.accounts import ROLES
from lms.services.accounts.details import change_details, change_password, note
from lms.services.accounts.roles import (
    SATISFIED_BY,
    grant_role,
    list_programme_roles,
    refuse_to_give,
    refuse_unless,
    require_role,
    role_in,
    satisfies,
    withdraw_role,
)
from lms.services.accounts.setup import (
    SETUP_LINK_LASTS,
    check_setup_link,
    make_setup_link,
    use_setup_link,
)
from lms.services.accounts.sign_ins import (
    SIGN_IN_LASTS,
    OpenSignIn,
    begin_sign_in,
    end_other_sign_ins,
    end_sign_in,
    end_sign_in_of,
    find_signed_in,
    list_sign_ins,
)
from lms.services.accounts.tokens import hash_token

__all__ = [
    "ROLES",
    "SATISFIED_BY",
    "SETUP_LINK_LASTS",
    "SIGN_IN_LASTS",
    "OpenSignIn",
    "begin_sign_in",
    "change_details",
    "change_password",
    "check_setup_link",
    "end_other_sign_ins",
    "end_sign_in",
    "end_sign_in_of",
    "find_signed_in",
    "grant_role",
    "hash_token",
    "list_programme_roles",
    "list_sign_ins",
    "make_setup_link",
    "note",
    "refuse_to_give",
    "refuse_unless",
    "require_role",
    "role_in",
    "satisfies",
    "use_setup_link",
    "withdraw_role",
]
