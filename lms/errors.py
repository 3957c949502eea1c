"""What can go wrong in a way a person should be told about, each with its HTTP status."""


class LmsError(Exception):
    """A refusal with a sentence for the person it happened to."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(LmsError):
    """The thing does not exist, or the person has no business knowing that it does."""

    status = 404

    def __init__(self, message: str = "There is nothing at this address.") -> None:
        super().__init__(message)


class Forbidden(LmsError):
    """The person belongs here but lacks the right to do this."""

    status = 403

    def __init__(self, message: str = "Your role does not allow this.") -> None:
        super().__init__(message)


class Conflict(LmsError):
    """The request rests on a state that has since changed."""

    status = 409


class Refused(LmsError):
    """A rule of the programme does not allow this now; the message says which and what to do."""

    status = 422


class ConfigError(LmsError):
    """The application cannot start as configured."""


class Unavailable(LmsError):
    """Something outside of this application does not answer; trying again later may help."""

    status = 503
