"""The pages on which anyone checks a certificate: by its number, its file, or a holder's link."""

from lms.views.verification import files, image, page, shared_link
from lms.views.verification.place import pages

__all__ = ["files", "image", "page", "pages", "shared_link"]
