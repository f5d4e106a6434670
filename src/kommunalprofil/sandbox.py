"""The Jinja environment of templates that strangers may write: what they see, and an end to what they do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from types import ModuleType
from typing import Any, cast

from jinja2 import Environment, nodes, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import sync_do_join
from jinja2.runtime import markup_join
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

MOST_WORK = 20_000_000
"""What the user's templates may do for one document: a sign is 1, a turn of a loop `STEP`, a call `CALL`."""
STEP, CALL = 20, 200
MOST_SECONDS = 120
_LARGEST = 100_000
"""Longest text or list that `*`, `+` and `~` make, in signs or entries; for numbers in binary digits."""
_HIDDEN = ("store", "results", "territory")
"""What a profile reads its values from: paths, files, whole tables."""
_PADDING = ("center", "expandtabs", "format", "format_map", "ljust", "rjust", "translate", "zfill")
"""Methods that make a short text as long as they are told; documents are not laid out with blanks."""
PADDING_FILTERS = ("batch", "center", "format", "indent", "replace", "slice", "wordwrap")


class TooMuchError(Exception):
    """A template of the user's works too long or makes something too large."""


class Trusted(Environment):
    """Our own templates: nothing is counted, nothing hidden."""

    def begin(self) -> None:
        """A new document."""

    def spend(self, work: int) -> None:
        """Nothing is paid for."""


class Sandbox(SandboxedEnvironment):
    """Templates see values and the functions meant for them: no files, no modules or classes behind these.

    The user's templates also have an end: `begin` opens an account of work, which loops, calls and texts draw on.
    """

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, own: frozenset[str], finalize: Callable[[Any], Any], **options: Any) -> None:
        self.own = own
        self.begin()
        super().__init__(finalize=lambda value: self.written(finalize(value)), **options)

    def begin(self) -> None:
        """A new document: nothing is spent."""
        self.spent, self.began = 0, time.monotonic()

    def spend(self, work: int) -> None:
        """Raises TooMuchError when the account of the user's templates is empty."""
        self.spent += work
        if self.own and (self.spent > MOST_WORK or time.monotonic() - self.began > MOST_SECONDS):
            raise TooMuchError("zu viele Durchläufe, Aufrufe oder Zeichen")

    def written(self, value: Any) -> Any:
        """The text of a value, which has been paid for."""
        self.spend(len(value))
        return value

    def counted(self, items: Iterable[Any]) -> Iterator[Any]:
        """What a loop of the user's runs over."""
        for item in items:
            self.spend(STEP)
            yield item

    def joined(self, *parts: Any) -> str:
        """The parts of `a ~ b`. Raises TooMuchError."""
        text = markup_join(parts)
        _bounded(len(text))
        return text

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call from a template; what `replace` and `join` of a text could make is paid for in advance."""
        owner = getattr(obj, "__self__", None)
        grows = isinstance(owner, str) and obj.__name__ in ("replace", "join")
        self.spend(_product(owner, *args) if grows else CALL)
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon in a template. Raises TooMuchError before something too large is made."""
        if operator == "%" and isinstance(left, str):
            raise SecurityError("Text mit % zu füllen")
        _bounded(_grown(operator, left, right))
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """No way around `is_safe_attribute` for `format`."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may use the attribute."""
        hidden = isinstance(value, (ModuleType, PurePath, type)) or isinstance(obj, PurePath) or attr in _HIDDEN
        hidden = hidden or (isinstance(obj, str) and attr in _PADDING)
        return not hidden and bool(super().is_safe_attribute(obj, attr, value))

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        if name in self.own:
            source = _Accounting().visit(source)
        return super()._generate(source, name, filename, defer_init)


class _Accounting(NodeTransformer):
    """Lets the loops and `~` of a template report to the account."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        self.generic_visit(node)
        node.iter = self._through("counted", [node.iter])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802
        self.generic_visit(node)
        return self._through("joined", node.nodes)

    def _through(self, method: str, given: list[Any]) -> nodes.Call:
        line = given[0].lineno
        return nodes.Call(nodes.EnvironmentAttribute(method, lineno=line), given, [], None, None, lineno=line)


def _bounded(size: int) -> None:
    if size > _LARGEST:
        raise TooMuchError(f"etwas der Größe {size:.2g}, erlaubt ist {_LARGEST}" if size < 10**300 else "zu groß")


def _length(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") else 0


def _product(*values: Any) -> int:
    found = STEP
    for value in values:
        found *= max(_length(value), 1)
    return found


def _grown(operator: str, left: Any, right: Any) -> int:
    """About how large the result is: signs, entries, or binary digits of whole numbers."""
    if operator == "+":
        return _length(left) + _length(right)
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
    if operator == "*":
        return max(_length(left) * right if isinstance(right, int) else 0,
                   _length(right) * left if isinstance(left, int) else 0)  # fmt: skip
    return 0


@pass_eval_context
def join(context: nodes.EvalContext, items: Iterable[Any], between: str = "", attribute: str | None = None) -> str:
    """The filter `join`; what it makes is paid for in advance. Raises TooMuchError."""
    found = list(items)
    cast("Sandbox | Trusted", context.environment).spend(_product(found, between))
    return sync_do_join(context, found, between, attribute)
