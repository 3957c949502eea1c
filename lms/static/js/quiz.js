/* Saves an answer as it is chosen. Until the server has acknowledged it, it waits on this device
   and is sent again, through reloads and lost connections; what is shown as saved is saved. */
(() => {
  const form = document.getElementById("answer-form");
  const state = document.getElementById("save-state");
  if (!form || !state) return;

  const words = form.dataset;
  const store = `answer/${words.key}`;
  const field = form.elements.sequence;
  const text = state.querySelector("[data-save-text]");
  let stored = { sequence: Number(words.stored), answer: words.answer };
  let pending = null;
  let sending = false;
  let delay = 1000;
  let timer = 0;

  const show = (name, message) => { state.dataset.state = name; text.textContent = message; };
  const remember = () => {
    try {
      if (pending) localStorage.setItem(store, JSON.stringify(pending));
      else localStorage.removeItem(store);
    } catch { /* A full or forbidden store leaves the answer on the page, where it is sent from. */ }
  };
  const mark = (answer) => {
    for (const input of form.querySelectorAll("input[name=answer]")) input.checked = input.value === answer;
  };
  // Moving on posts the form: an acknowledged answer goes along as an exact repeat.
  const settle = () => { field.value = pending ? pending.sequence : Math.max(stored.sequence, 1); };

  const acknowledge = (reply) => {
    stored = reply.stored;
    if (pending && pending.answer === stored.answer && pending.sequence === stored.sequence) pending = null;
    else if (pending) pending.sequence = stored.sequence + 1;
    remember();
    settle();
    if (pending) return;
    const time = new Date(reply.saved_at).toLocaleTimeString("en-GB");
    show("saved", `${words.wordsSaved} ${time}`);
  };
  const yieldTo = (reply) => {
    pending = null;
    remember();
    if (reply.stored) stored = reply.stored;
    mark(stored.answer);
    settle();
    show("unsaved", reply.kind === "conflict" ? words.wordsConflict : reply.message);
    if (reply.kind === "closed") location.reload();
  };
  const offerSignIn = () => {
    show("unsaved", `${words.wordsSignedOut} `);
    const link = document.createElement("a");
    link.href = words.signIn;
    link.textContent = words.wordsSignIn;
    text.append(link);
  };
  const again = () => {
    show("unsaved", words.wordsUnsaved);
    clearTimeout(timer);
    timer = setTimeout(send, delay);
    delay = Math.min(delay * 2, 15000);
  };

  async function send() {
    if (sending || !pending) return;
    sending = true;
    clearTimeout(timer);
    const sent = { ...pending };
    try {
      const answer = await fetch(words.save, {
        method: "POST",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/json",
          "X-CSRFToken": form.elements.csrf_token.value,
        },
        body: JSON.stringify(sent),
      });
      if (answer.status === 401) offerSignIn();
      else if (answer.status >= 500 || answer.status === 429) again();
      else {
        const reply = await answer.json();
        delay = 1000;
        if (answer.ok) acknowledge(reply);
        else if (reply.kind) yieldTo(reply);
        else again();
      }
    } catch {
      again();
    }
    sending = false;
    if (pending && (pending.sequence !== sent.sequence || pending.answer !== sent.answer)) send();
  }

  const choose = (answer) => {
    pending = { sequence: stored.sequence + 1, answer };
    remember();
    settle();
    show("saving", words.wordsSaving);
    send();
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "answer") choose(event.target.value);
  });
  addEventListener("online", send);
  addEventListener("beforeunload", (event) => { if (pending && sending) event.preventDefault(); });

  let waiting = null;
  try { waiting = JSON.parse(localStorage.getItem(store)); } catch { waiting = null; }
  if (waiting && typeof waiting.answer === "string" && waiting.answer !== stored.answer) {
    // What another window saved meanwhile stands; this device's older answer meets it as a conflict.
    pending = { sequence: Number(waiting.sequence), answer: waiting.answer };
    mark(pending.answer);
    settle();
    show("saving", words.wordsSaving);
    send();
  } else {
    remember();
    if (stored.sequence) settle();
  }
})();
