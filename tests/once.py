"""What a worker does once because it always comes out the same: reading, compiling, verifying.

Each test has an application, a database and a folder of its own; what is kept here are answers of
functions to the same question, never anything that a test could change.
"""

import functools
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import low_level
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from lms.addresses import LateRule
from lms.config import ROOT
from lms.services import publishing
from lms.speech import Templates

STATEMENTS = 20_000


@contextmanager
def kept() -> Iterator[None]:
    """Keep, for as long as this is open, what is found out once."""
    with pytest.MonkeyPatch.context() as patch:
        content_read_once(patch)
        templates_compiled_once(patch)
        statements_compiled_once(patch)
        routes_compiled_once(patch)
        passwords_verified_once(patch)
        yield


def content_read_once(patch: pytest.MonkeyPatch) -> None:
    """Read a content folder once, whatever it is called: the curriculum takes seconds."""
    read = publishing.check
    bundled = functools.cache(functools.partial(read, ROOT))
    found: dict[tuple[str, date | None], Any] = {}

    def check(root: Path, today: date | None = None) -> Any:
        if root == ROOT:
            return bundled(today)
        digest = digest_of(root)
        if digest is None:
            return read(root, today)
        if (digest, today) not in found:
            found[digest, today] = read(root, today)
        return found[digest, today]

    patch.setattr(publishing, "check", check)


def digest_of(root: Path) -> str | None:
    """Return what a content folder holds, in short; None for one with more than plain files."""
    told = hashlib.sha256()
    for folder in (root / publishing.COURSES, root / publishing.BANKS):
        for path in (folder, *sorted(folder.rglob("*"))):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                return None
            held = path.read_bytes() if path.is_file() else b"/"
            told.update(repr((path.relative_to(root), held)).encode())
    return told.hexdigest()


def templates_compiled_once(patch: pytest.MonkeyPatch) -> None:
    """Compile each template once: to do so takes a test of pages as long as all the rest."""
    as_written = Templates.compile
    compiled: dict[tuple[object, ...], CodeType] = {}

    def compile_once(self: Templates, source: str, *args: object) -> CodeType:
        key = (source, *args, self.speaks_one_language)
        if key not in compiled:
            compiled[key] = as_written(self, source, *args)
        return compiled[key]

    patch.setattr(Templates, "compile", compile_once)


def statements_compiled_once(patch: pytest.MonkeyPatch) -> None:
    """Let engines of one kind of database share the SQL that they have put together."""
    shared: LRUCache[Any, Any] = LRUCache(STATEMENTS)
    begun = sa.Engine.__init__

    def begin(self: sa.Engine, *args: Any, **more: Any) -> None:
        begun(self, *args, **more)
        self._compiled_cache = shared

    patch.setattr(sa.Engine, "__init__", begin)
    # Under which dialect a statement was compiled is part of its key.
    patch.setattr(DefaultDialect, "__eq__", lambda self, other: type(self) is type(other))
    patch.setattr(DefaultDialect, "__hash__", lambda self: hash(type(self)))


def routes_compiled_once(patch: pytest.MonkeyPatch) -> None:
    """Let a route of an application have what the same route of an earlier one was compiled to."""
    as_written = LateRule.compile
    known: dict[tuple[object, ...], LateRule] = {}

    def compile_once(self: LateRule) -> None:
        kinds = tuple(self.map.converters.items())
        where = (self.subdomain, self.host, self.map.host_matching)
        key = (self.rule, self.merge_slashes, repr(self.defaults), where, kinds)
        first = known.get(key)
        if first is None:
            as_written(self)
            known[key] = self
            return
        self._parts, self._trace, self._converters = first._parts, first._trace, first._converters
        self.arguments |= first.arguments
        self._build = first._build.__func__.__get__(self)
        self._build_unknown = first._build_unknown.__func__.__get__(self)

    patch.setattr(LateRule, "compile", compile_once)


def passwords_verified_once(patch: pytest.MonkeyPatch) -> None:
    """Find a password right once: everybody of the cast signs in with the same, very often."""
    # What does not fit raises, and is never kept.
    patch.setattr(low_level, "verify_secret", functools.cache(low_level.verify_secret))
