"""Lets these tests use the samples of the cores' tests, and their own installer, by name."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "certificates")]
