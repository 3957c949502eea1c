/* Reads an item's answer from its fields, whatever its kind, and writes one back into them.
   Each change is told to the form as "answer"; who keeps the answers asks for "restore". */
(() => {
  const form = document.getElementById("answer-form");
  if (!form || !form.dataset.save) return;
  const all = (selector) => [...form.querySelectorAll(selector)];
  const field = (name) => form.elements[name];

  const one = {
    read: () => form.querySelector("input[name=answer]:checked")?.value ?? "",
    write: (answer) => { for (const input of all("input[name=answer]")) input.checked = input.value === answer; },
  };
  const several = {
    read: () => all("input[name=answer]:checked").map((input) => input.value).sort().join(","),
    write: (answer) => {
      const chosen = answer.split(",");
      for (const input of all("input[name=answer]")) input.checked = chosen.includes(input.value);
    },
  };
  const matches = {
    read: () => all("select[data-prompt]").filter((each) => each.value)
      .map((each) => each.dataset.prompt + each.value).sort().join(","),
    write: (answer) => {
      const found = Object.fromEntries(answer.split(",").filter(Boolean).map((each) => [each[0], each.slice(1)]));
      for (const each of all("select[data-prompt]")) each.value = found[each.dataset.prompt] ?? "";
    },
  };
  const order = {
    read: () => {
      const places = all("[data-step] select").map((each) => [Number(each.value), each.name.slice(-1)]);
      const isWhole = new Set(places.map(([place]) => place)).size === places.length && places.every(([place]) => place);
      return isWhole ? places.sort(([a], [b]) => a - b).map(([, step]) => step).join(",") : "";
    },
    write: (answer) => {
      const steps = answer.split(",");
      for (const each of all("[data-step] select")) each.value = answer ? String(steps.indexOf(each.name.slice(-1)) + 1) : "";
    },
  };
  const number = {
    read: () => {
      const typed = field("answer").value.trim();
      return typed && /^[-+−.\d]+$/.test(typed) ? `${typed} ${field("unit")?.value ?? ""}`.trim() : typed;
    },
    write: (answer) => {
      const [typed, ...unit] = answer.split(" ");
      field("answer").value = typed;
      if (field("unit") && (unit.length || !answer)) field("unit").value = unit.join(" ");
    },
  };
  const words = { read: () => field("answer").value.trimEnd(), write: (answer) => { field("answer").value = answer; } };
  const kinds = { multiple: several, matching: matches, ordering: order, numeric: number, constructed: words };
  const kind = kinds[form.dataset.kind] ?? one;

  const certainty = () => Number(form.querySelector("input[name=certainty]:checked")?.value) || null;
  const tell = (isTyped) => form.dispatchEvent(new CustomEvent("answer", {
    detail: { answer: kind.read(), certainty: certainty(), isTyped },
  }));
  const isTyped = (target) => target.matches("textarea, input[type=text]");
  form.addEventListener("input", (event) => { if (isTyped(event.target)) tell(true); });
  form.addEventListener("change", (event) => tell(isTyped(event.target)));
  form.addEventListener("restore", (event) => {
    kind.write(event.detail.answer);
    for (const input of all("input[name=certainty]")) input.checked = Number(input.value) === event.detail.certainty;
    form.dispatchEvent(new CustomEvent("restored"));
  });

  const counter = form.querySelector("[data-words-of]");
  if (counter) {
    const text = field(counter.dataset.wordsOf);
    const most = Number(counter.dataset.most);
    const count = () => {
      const n = text.value.trim() ? text.value.trim().split(/\s+/).length : 0;
      counter.textContent = (n > most ? counter.dataset.over : counter.dataset.one).replace("{n}", n).replace("{most}", most);
      counter.classList.toggle("is-over", n > most);
    };
    counter.hidden = false;
    text.addEventListener("input", count);
    form.addEventListener("restored", count);
    count();
  }
})();
