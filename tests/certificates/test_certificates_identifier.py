"""The identifier of a certificate's file."""

import io
import subprocess
from pathlib import Path

import pypdf
from certificate_samples import VERIFY_URL, sample_credential

from certificates import render_certificate


def test_a_file_is_identified_by_its_content(tmp_path: Path) -> None:
    pdf = render_certificate(sample_credential(), VERIFY_URL)
    first, second = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/ID"]
    assert first == second
    assert len(first.original_bytes) == 16
    other = render_certificate(sample_credential(release="2026.3"), VERIFY_URL)
    assert pypdf.PdfReader(io.BytesIO(other)).trailer["/ID"][0] != first
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False)
    assert checked.returncode == 0
    assert b"No syntax or stream encoding errors" in checked.stdout
