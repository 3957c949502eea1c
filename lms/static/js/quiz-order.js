/* Steps to be put in order: moved by buttons or dragged, told aloud, their places kept in selects. */
(() => {
  const box = document.querySelector("[data-order]");
  const form = document.getElementById("answer-form");
  if (!box || !form.dataset.save) return;
  const list = box.querySelector(".order-steps");
  const said = box.querySelector("[data-order-said]");
  const keep = box.querySelector("[data-order-keep]");
  const steps = () => [...list.children];
  const select = (step) => step.querySelector("select");
  const name = (step) => step.querySelector(".order-words").textContent.trim();

  const number = () => steps().forEach((step, at) => {
    step.querySelector(".order-place").textContent = at + 1;
    step.querySelector("[data-move='-1']").disabled = at === 0;
    step.querySelector("[data-move='1']").disabled = at === list.children.length - 1;
  });
  const settle = () => {
    steps().forEach((step, at) => { select(step).value = String(at + 1); });
    keep.hidden = true;
    number();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const tell = (step) => {
    said.textContent = box.dataset.wordsMoved.replace("{step}", name(step))
      .replace("{n}", steps().indexOf(step) + 1).replace("{total}", list.children.length);
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const step = button.closest("[data-step]");
    const isUp = button.dataset.move === "-1";
    const other = isUp ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    if (isUp) other.before(step); else other.after(step);
    settle();
    tell(step);
    // At an end the button is off: the focus goes to the one that leads back.
    (button.disabled ? step.querySelector(`[data-move='${isUp ? 1 : -1}']`) : button).focus();
  });
  keep.addEventListener("click", () => {
    settle();
    said.textContent = box.dataset.wordsKept;
    list.querySelector("[data-move]:not(:disabled)").focus();
  });

  let dragged = null;
  let hasMoved = false;
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".order-grip");
    if (!grip || event.button !== 0) return;
    dragged = grip.closest("[data-step]");
    hasMoved = false;
    dragged.classList.add("is-dragged");
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  list.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    for (const step of steps()) {
      if (step === dragged) continue;
      const { top, height } = step.getBoundingClientRect();
      const isAfter = dragged.compareDocumentPosition(step) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isAfter && event.clientY > top + height / 2) { step.after(dragged); hasMoved = true; }
      if (!isAfter && event.clientY < top + height / 2) { step.before(dragged); hasMoved = true; break; }
    }
    if (hasMoved) number();
  });
  const drop = () => {
    if (!dragged) return;
    const step = dragged;
    dragged = null;
    step.classList.remove("is-dragged");
    if (hasMoved) { settle(); tell(step); }
  };
  list.addEventListener("pointerup", drop);
  list.addEventListener("pointercancel", drop);

  form.addEventListener("restored", () => {
    steps().sort((a, b) => Number(select(a).value) - Number(select(b).value)).forEach((step) => list.append(step));
    keep.hidden = steps().every((step) => select(step).value);
    number();
  });
  box.classList.add("is-lively");
  for (const each of box.querySelectorAll("[data-order-lively]")) each.hidden = false;
  box.querySelector("[data-order-plain]").hidden = true;
  for (const step of steps()) { select(step).hidden = true; step.querySelector(".order-words").removeAttribute("for"); }
  keep.hidden = steps().every((step) => select(step).value);
  number();
})();
