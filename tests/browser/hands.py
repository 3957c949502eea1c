"""Two ways to use a page: with a mouse, and with nothing but the keyboard."""

import re

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 120


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator, leaves: bool = True) -> None:
        """Press a link or a button, which leads to another page unless told otherwise."""
        if not leaves:
            target.click()
            return
        with self.page.expect_navigation():
            target.click()

    def write(self, target: Locator, text: str) -> None:
        """Write into a field."""
        target.fill(text)

    def choose(self, target: Locator) -> None:
        """Choose one of several options."""
        target.check()


class Keyboard(Mouse):
    """Tabs, arrows and Enter; wherever the focus rests, it has to be seen."""

    def reach(self, target: Locator) -> None:
        """Move the focus with Tab until `target` has it."""
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("e => e === document.activeElement"):
                assert self.focus_is_visible(), f"the focus is invisible on {target}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def focus_is_visible(self) -> bool:
        """Whether the focused element, or the label around it, is outlined."""
        found: bool = self.page.evaluate(
            """() => {
              const seen = (e) => {
                const s = getComputedStyle(e);
                return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)
                  || s.boxShadow !== 'none';
              };
              let e = document.activeElement;
              return seen(e) || !!(e.closest('label') && seen(e.closest('label')));
            }"""
        )
        return found

    def press(self, target: Locator, leaves: bool = True) -> None:
        """Press a link or a button with Enter."""
        self.reach(target)
        if not leaves:
            self.page.keyboard.press("Enter")
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        """Write into a field, key by key."""
        self.reach(target)
        self.page.keyboard.type(text)

    def choose(self, target: Locator) -> None:
        """Choose with the arrow keys, as a radio group is used."""
        group = target.get_attribute("name")
        first = self.page.locator(f"input[name={group}]")
        checked = self.page.locator(f"input[name={group}]:checked")
        self.reach(checked if checked.count() else first.first)
        if not checked.count():
            self.page.keyboard.press("Space")
        for _ in range(first.count()):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {target}")


def fits(page: Page) -> None:
    """Assert that the page needs no sideways scrolling."""
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{page.url} is {wide[0]} wide in a window of {wide[1]}"


def path_of(page: Page) -> str:
    """Return the path of the page's address."""
    return re.sub(r"^https?://[^/]+", "", page.url)
