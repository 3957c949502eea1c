"""The templates and the language that they speak: gettext, settled beforehand where it can be."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from lms.extensions import babel

GETTEXT = ("_", "gettext")


class Templates(Environment):
    """Flask's environment, with one dictionary of globals and its plain words settled beforehand.

    Jinja lays a chain of dictionaries over the globals for each template, in case it brings some
    of its own; ours never do, and every import of a macro would search that chain key by key.
    """

    speaks_one_language = False

    def make_globals(self, own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template that has none of its own."""
        return super().make_globals(own) if own else self.globals

    def _generate(self, source: nodes.Template, *args: Any, **more: Any) -> str:
        if self.speaks_one_language:
            source = _Settled().visit(source)
        return super()._generate(source, *args, **more)


class _Settled(NodeTransformer):
    """Puts the words of `_("words")` into the template: a page would ask some fifty times."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- the visitor's own name
        self.generic_visit(node)
        asks = isinstance(node.node, nodes.Name) and node.node.name in GETTEXT
        more = node.kwargs or node.dyn_args or node.dyn_kwargs
        if not asks or more or len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            return node
        words = Markup(node.args[0].value) % {}  # noqa: S704 -- a literal of our own templates
        return nodes.Const(words, lineno=node.lineno, environment=node.environment)


def duration(_: Callable[..., str], minutes: int) -> str:
    """Return “1 h 50 min” in the words of gettext `_`, with no-break spaces inside each figure."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(_("%(n)s\u00a0min", n=rest))
    if not rest:
        return str(_("%(n)s\u00a0h", n=hours))
    return str(_("%(h)s\u00a0h %(m)s\u00a0min", h=hours, m=rest))


def init_app(app: Flask) -> None:
    """Bind gettext; as long as English is the only language, its strings are the messages."""
    babel.init_app(app)
    with app.app_context():
        languages = babel.list_translations()
    if len(languages) > 1:
        return

    def say(message: str, **values: Any) -> Markup:
        # Markup escapes the values, as Jinja's own gettext does.
        return Markup(message) % values  # noqa: S704 -- a literal of our own templates

    def say_number(one: str, many: str, number: int, **values: Any) -> Markup:
        return say(one if number == 1 else many, num=number, **values)

    app.jinja_env.globals.update(_=say, gettext=say, ngettext=say_number)
    app.jinja_env.speaks_one_language = True  # type: ignore[attr-defined]
