"""Where the data of a stream ends: told by the file, and found by whoever counts back."""

import io
import itertools
import re
import zlib
from collections.abc import Iterator

import page
import pydyf
import pytest
from certificate_samples import VERIFY_URL, sample_credential
from pyhanko.pdf_utils.generic import StreamObject

from certificates import render_certificate
from certificates.endings import ClearEndings, end_clearly


def ending_in_return() -> bytes:
    """Return data that ends in a carriage return once it is packed."""
    return next(
        data for data in map(b"%d".__mod__, itertools.count()) if packed(data)[-1:] == b"\r"
    )


def packed(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def counted_back(pdf: bytes) -> Iterator[tuple[int, int]]:
    """Yield what each stream says its length is, and what counting back from its end finds."""
    for match in re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", pdf):
        end = pdf.index(b"endstream", match.end() + int(match[1]))
        line_end = 2 if pdf[end - 2 : end] == b"\r\n" else 1
        yield int(match[1]), end - line_end - match.end()


def test_a_stream_that_ends_in_a_carriage_return_is_counted_right() -> None:
    def written(finish: bool) -> bytes:
        pdf, file = pydyf.PDF(), io.BytesIO()
        pdf.add_object(pydyf.Stream([ending_in_return()], compress=True))
        if finish:
            end_clearly(pdf)
        pdf.write(file)
        return file.getvalue()

    assert [told == found for told, found in counted_back(written(finish=False))] == [False]
    assert [told == found for told, found in counted_back(written(finish=True))] == [True]


@pytest.mark.parametrize("output", [io.BytesIO, ClearEndings])
def test_so_is_one_that_a_signature_adds(output: type[io.BytesIO]) -> None:
    stream, file = StreamObject(stream_data=ending_in_return()), output()
    stream.compress()
    stream.write_to_stream(file, None)
    ((told, found),) = counted_back(file.getvalue())
    assert (told == found) is (output is ClearEndings)


def test_a_certificate_with_such_a_stream_is_archival() -> None:
    for number in range(300):
        pdf = render_certificate(sample_credential(holder_name=f"Lena {number}"), VERIFY_URL)
        assert all(told == found for told, found in counted_back(pdf))
        if b"\r\r\nendstream" in pdf:
            break
    else:
        pytest.fail("none of 300 certificates has a stream that ends in a carriage return")
    assert page.validate_pdf_bytes(pdf, profile="3a").is_compliant
