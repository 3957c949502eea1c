// Moves each source note of a lesson to the height of the sentence that first cites it, on wide screens.
(() => {
  "use strict";
  const GAP = 16;
  const wide = matchMedia("(min-width: 75em)");

  function placeOf(cite) {
    const fold = cite.closest("details:not([open])");
    return (fold ? fold.querySelector("summary") : cite).getBoundingClientRect().top;
  }

  function firstCitations(text) {
    const first = new Map();
    for (const cite of text.querySelectorAll("a.cite")) {
      const id = cite.hash.slice(1);
      if (!first.has(id)) first.set(id, cite);
    }
    return first;
  }

  function align(text, column, list) {
    const notes = [...list.children];
    column.classList.toggle("is-aligned", wide.matches);
    for (const note of notes) note.style.top = "";
    list.style.minHeight = "";
    if (!wide.matches) return;
    const first = firstCitations(text);
    const origin = list.getBoundingClientRect().top;
    const placed = notes
      .map((note, order) => {
        const cite = first.get(note.id || note.firstElementChild?.id);
        return { note, order, wanted: cite ? placeOf(cite) - origin : Infinity };
      })
      .sort((a, b) => a.wanted - b.wanted || a.order - b.order);
    let free = 0;
    for (const { note, wanted } of placed) {
      const top = Math.max(free, Number.isFinite(wanted) ? wanted : 0);
      note.style.top = `${top}px`;
      free = top + note.offsetHeight + GAP;
    }
    list.style.minHeight = `${free}px`;
  }

  function start() {
    const text = document.querySelector(".reading-text");
    const column = document.querySelector(".reading-sources");
    const list = column?.querySelector(".source-list");
    if (!text || !list) return;
    const again = () => align(text, column, list);
    again();
    new ResizeObserver(again).observe(text);
    wide.addEventListener("change", again);
    document.fonts?.ready.then(again);
  }

  start();
})();
