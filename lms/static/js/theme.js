// Applies the theme remembered on this device before the first paint, and shows the switch in the footer.
(() => {
  "use strict";
  const KEY = "theme";
  const CHOICES = ["light", "dark"];
  const root = document.documentElement;

  function remembered() {
    try {
      const value = localStorage.getItem(KEY);
      return CHOICES.includes(value) ? value : "system";
    } catch {
      return "system"; // storage may be forbidden; the system's theme is then the only one
    }
  }

  function apply(theme) {
    if (CHOICES.includes(theme)) root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  function remember(theme) {
    try {
      if (CHOICES.includes(theme)) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {
      // The choice then lasts for this page.
    }
  }

  function wire(group) {
    const buttons = [...group.querySelectorAll("button[data-theme-choice]")];
    const show = (theme) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        apply(button.dataset.themeChoice);
        remember(button.dataset.themeChoice);
        show(button.dataset.themeChoice);
      });
    }
    show(remembered());
    group.hidden = false;
  }

  apply(remembered());
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-switch]")) wire(group);
  });
})();
