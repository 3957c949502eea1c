// Highlights and notes on a lesson: drawn where their words stand, made from selected words.
// Without it, the form on the page of notes does the same.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const [text, bar, dialog, list, status, card, problem, body] = [
    "text", "note-bar", "note-dialog", "notes-list", "note-status", "note-card", "note-problem", "note-body",
  ].map(byId);
  if (!text || !bar || !dialog || !list) return;
  const form = dialog.querySelector("form");
  const CONTEXT = 32;
  const BLOCKS = "p, li, td, th, dt, dd, blockquote, h2, h3, h4, h5, h6, figcaption, summary, label";
  const paints = Boolean(globalThis.Highlight && globalThis.CSS?.highlights);
  let chosen = null; // the range last selected
  let draft = null; // what the dialog or the highlight is about to keep
  let waiting = 0; // the timer that lets a selection come to rest
  let marks = []; // every passage found: { item, range }

  // What is read of the lesson: every character but blanks, and where it stands.
  function read() {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement.closest(".cites, .cite, svg") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const where = [];
    let letters = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let at = 0; at < node.data.length; at += 1) {
        if (/\s/.test(node.data[at])) continue;
        letters += node.data[at];
        where.push([node, at]);
      }
    }
    return { letters, where };
  }

  const squeeze = (words) => words.replace(/\s+/g, "");
  const turned = (words) => [...words].reverse().join("");

  function common(one, other) {
    let length = 0;
    while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
    return length;
  }

  function find({ letters, where }, { quote, before, after }) {
    const wanted = squeeze(quote);
    let best = -1;
    let likeness = -1;
    for (let at = wanted ? letters.indexOf(wanted) : -1; at >= 0; at = letters.indexOf(wanted, at + 1)) {
      const end = at + wanted.length;
      const like = common(turned(letters.slice(Math.max(0, at - CONTEXT), at)), turned(squeeze(before)))
        + common(letters.slice(end, end + CONTEXT), squeeze(after));
      if (like > likeness) [best, likeness] = [at, like];
    }
    if (best < 0) return null;
    const range = document.createRange();
    range.setStart(...where[best]);
    const [last, at] = where[best + wanted.length - 1];
    range.setEnd(last, at + 1);
    return range;
  }

  function quoted(range) {
    const { letters, where } = read();
    const inside = where.map(([node, at]) => range.isPointInRange(node, at) && range.comparePoint(node, at + 1) <= 0);
    const [first, last] = [inside.indexOf(true), inside.lastIndexOf(true)];
    if (first < 0) return null;
    return {
      quote: letters.slice(first, last + 1),
      before: letters.slice(Math.max(0, first - CONTEXT), first),
      after: letters.slice(last + 1, last + 1 + CONTEXT),
      shown: words(range),
    };
  }

  function words(range) {
    const part = range.cloneContents();
    part.querySelectorAll(".cites, .cite, svg").forEach((each) => each.remove());
    return part.textContent.replace(/\s+/g, " ").trim();
  }

  const isNoted = (item) => item.querySelector(".note-body") !== null;

  function draw() {
    const items = [...list.querySelectorAll("[data-quote]")];
    if (!paints) return drawElements(items);
    const lesson = read();
    marks = items.map((item) => ({ item, range: find(lesson, item.dataset) })).filter((mark) => mark.range);
    for (const [name, noted] of [["own-highlights", false], ["own-notes", true]]) {
      const ranges = marks.filter((mark) => isNoted(mark.item) === noted).map((mark) => mark.range);
      CSS.highlights.set(name, new Highlight(...ranges));
    }
  }

  function drawElements(items) {
    text.querySelectorAll("mark").forEach((mark) => mark.replaceWith(...mark.childNodes));
    text.normalize();
    marks = [];
    for (const item of items) {
      const lesson = read();
      const range = find(lesson, item.dataset);
      if (!range) continue;
      const nodes = new Set(lesson.where.filter(([node, at]) => range.isPointInRange(node, at)).map(([node]) => node));
      const { startContainer, startOffset, endContainer, endOffset } = range;
      for (const node of nodes) {
        const part = document.createRange();
        part.setStart(node, node === startContainer ? startOffset : 0);
        part.setEnd(node, node === endContainer ? endOffset : node.length);
        const mark = document.createElement("mark");
        mark.className = isNoted(item) ? "own-highlight own-note" : "own-highlight";
        if (part.toString()) part.surroundContents(mark);
      }
      marks.push({ item, range: find(read(), item.dataset) });
    }
  }

  // The tools at a selection.
  function choose() {
    clearTimeout(waiting);
    waiting = 0;
    const selection = getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    if (range && text.contains(range.commonAncestorContainer) && squeeze(range.toString())) {
      if (bar.hidden) say("ready");
      chosen = range.cloneRange();
      place(range);
    } else if (!bar.contains(document.activeElement)) {
      bar.hidden = true;
    }
  }

  function place(range) {
    bar.hidden = false;
    bar.dataset.placed = "";
    const rects = range.getClientRects();
    const end = rects[rects.length - 1];
    const frame = (bar.offsetParent ?? text).getBoundingClientRect();
    const left = Math.min(Math.max(0, end.right - frame.left - bar.offsetWidth / 2), frame.width - bar.offsetWidth);
    const fits = end.bottom + 8 + bar.offsetHeight < innerHeight;
    const top = fits ? end.bottom + 8 : Math.max(8, rects[0].top - bar.offsetHeight - 8);
    bar.style.setProperty("--top", `${top - frame.top}px`);
    bar.style.setProperty("--left", `${Math.max(0, left)}px`);
  }

  function say(key, words = status.dataset[key]) {
    status.textContent = words;
    status.classList.toggle("visually-hidden", key !== "failed");
  }

  function leave() {
    const range = chosen;
    bar.hidden = true;
    const block = (range?.endContainer.nodeType === Node.TEXT_NODE ? range.endContainer.parentElement : null)?.closest(BLOCKS);
    if (block) visit(block);
  }

  function visit(block) {
    block.tabIndex = -1;
    block.focus({ preventScroll: true });
    block.addEventListener("blur", () => block.removeAttribute("tabindex"), { once: true });
  }

  // Keeping.
  function begin(range) {
    const random = [...crypto.getRandomValues(new Uint8Array(16))];
    const ticket = random.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    draft = { quote: "", before: "", after: "", shown: "", ...(range ? quoted(range) : {}), ticket };
  }

  function open(range) {
    begin(range);
    byId("note-dialog-quote").textContent = draft.shown;
    byId("note-dialog-quote").hidden = !draft.shown;
    problem.hidden = true;
    bar.hidden = true;
    dialog.showModal();
    body.focus();
  }

  async function keep(words) {
    const { quote, before, after, ticket } = draft;
    const fields = { csrf_token: form.elements.csrf_token.value, body: words, quote, before, after, ticket };
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(fields),
      });
      const said = await answer.json();
      if (answer.status !== 201) return Object.values(said.errors ?? {}).flat().join(" ") || status.dataset.failed;
      list.innerHTML = said.list;
      byId("notes-count").textContent = said.count;
      if (matchMedia("(min-width: 62.5em)").matches) byId("notes").open = true;
    } catch {
      return status.dataset.failed;
    }
    draw();
    say("kept");
    return "";
  }

  async function highlight() {
    begin(chosen);
    const wrong = await keep("");
    if (wrong) return say("failed", wrong);
    getSelection().removeAllRanges();
    return leave();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = await keep(body.value);
    problem.hidden = !wrong;
    problem.textContent = wrong;
    if (wrong) return body.focus();
    body.value = "";
    getSelection().removeAllRanges();
    return dialog.close();
  });
  dialog.addEventListener("close", leave);

  bar.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const what = event.target.closest("[data-note]")?.dataset.note;
    if (what === "highlight") highlight();
    else if (what === "write") open(chosen);
    else if (what === "whole") { event.preventDefault(); chosen = null; open(null); }
    else if (what === "cancel") dialog.close();
  });
  document.addEventListener("keydown", (event) => {
    if (dialog.open) return;
    if (waiting && event.key === "Tab") choose(); // a quick hand does not wait for the tools
    if (bar.hidden) return;
    if (event.key === "Escape") leave();
    if (event.key === "Tab" && !event.shiftKey && !bar.contains(document.activeElement)) {
      event.preventDefault();
      bar.querySelector("button").focus();
    }
  });
  document.addEventListener("selectionchange", () => { clearTimeout(waiting); waiting = setTimeout(choose, 120); });

  // From the mark to the note, and from the note to the mark.
  text.addEventListener("click", (event) => {
    if (event.target.closest("a, button, label, summary, input") || !getSelection().isCollapsed) return;
    const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const caret = at ? [at.offsetNode, at.offset] : null;
    const mark = marks.find(({ range }) => caret && range.isPointInRange(...caret));
    if (!mark || !card.showPopover) return;
    card.replaceChildren(...[...mark.item.children].map((part) => part.cloneNode(true)));
    card.showPopover();
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest(".note-place a")?.closest(".note");
    const mark = marks.find((each) => each.item === item);
    if (!mark) return;
    event.preventDefault();
    const block = mark.range.startContainer.parentElement.closest(BLOCKS) ?? text;
    block.closest("details")?.setAttribute("open", "");
    block.scrollIntoView({ block: "center" });
    visit(block);
  });

  document.querySelectorAll("[data-with-script]").forEach((each) => { each.hidden = false; });
  draw();
})();
