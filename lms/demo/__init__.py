"""A demonstration of a programme at work: who is in it, and what they did in the months before."""

from lms.demo.story import begins, present

__all__ = ["begins", "present"]
