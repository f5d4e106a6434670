"""Escaping as the standard library does it."""

from __future__ import annotations

from xml.sax import saxutils

from hypothesis import example, given
from hypothesis import strategies as st

from kommunalprofil import xml_text


@given(st.text(st.sampled_from("a&<>\"'\n\r\t ")))
@example('["1", "it\'s"]')
def test_as_the_standard_library(value: str) -> None:
    assert xml_text.text(value) == saxutils.escape(value)
    assert xml_text.attribute(value) == saxutils.quoteattr(value)
