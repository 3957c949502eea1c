"""A demonstration of a programme at work: who is in it, and what they did in the months before."""

from lms.demo.story import begins, is_wanted, present

__all__ = ["begins", "is_wanted", "present"]
