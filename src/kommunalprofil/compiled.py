"""Templates kept compiled between processes, as Python keeps its modules: in a `__pycache__` beside each template."""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from functools import cache
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

_SEAL = 32
"""Bytes of a sha256."""


@cache
def _program() -> str:
    """What compiles templates: Python, Jinja, and our modules by time and size (their filters fill in constants)."""
    modules = sorted(Path(__file__).parent.rglob("*.py"))
    ours = [(path.name, (state := path.stat()).st_mtime_ns, state.st_size) for path in modules]
    return f"{MAGIC_NUMBER!r} {jinja2.__version__} {ours}"


class Compiled(BytecodeCache):
    """Keeps the compiled templates of one format; where nothing can be read or written, they are compiled anew.

    Each file begins with a seal over its content and everything that follows from, so that one that is damaged or of
    another template or program is none.
    """

    def __init__(self, form: str) -> None:
        self.form = form

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The file of a template's program, '' if it has none."""
        return cache_from_source(filename, optimization=self.form) if filename and sys.implementation.cache_tag else ""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if there is what belongs into it."""
        with suppress(OSError):
            data = Path(bucket.key).read_bytes() if bucket.key else b""
            if data[:_SEAL] == _seal(bucket, data[_SEAL:]):
                bucket.code = marshal.loads(data[_SEAL:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket, all of it or nothing, unless Python is told to keep nothing."""
        if sys.dont_write_bytecode or not bucket.key:
            return
        path, body = Path(bucket.key), marshal.dumps(bucket.code)
        half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with suppress(OSError):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                half.write_bytes(_seal(bucket, body) + body)
                half.replace(path)
            finally:
                half.unlink(missing_ok=True)


def _seal(bucket: Bucket, body: bytes) -> bytes:
    """The checksum is that of the template; its place is in it because errors name it."""
    return hashlib.sha256(f"{bucket.key} {bucket.checksum} {_program()}".encode() + body).digest()
