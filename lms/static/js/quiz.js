/* Saves an answer as it is given. Until the server has acknowledged it, it waits on this device
   and is sent again, through reloads and lost connections; what is shown as saved is saved. */
(() => {
  const form = document.getElementById("answer-form");
  const state = document.getElementById("save-state");
  if (!form || !state || !form.dataset.save) return;

  const PAUSE = 800; // milliseconds without a key before typed words are sent,
  const LONGEST = 1500; // and the longest that somebody who goes on typing waits for it
  const PATIENCE = 4000; // for the acknowledgement before moving on
  const words = form.dataset;
  const store = `answer/${words.key}`;
  const field = form.elements.sequence;
  const text = state.querySelector("[data-save-text]");
  let stored = { sequence: Number(words.stored), answer: words.answer, certainty: Number(words.certainty) || null };
  let pending = null;
  let refused = ""; // why the server will not take what waits, so that it is not sent over and over
  let sending = null;
  let delay = 1000;
  let retry = 0;
  let typing = 0;
  let typedSince = 0;
  let isLeaving = false;

  const show = (name, message) => { state.dataset.state = name; text.textContent = message; };
  const offer = (label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "save-act";
    button.textContent = label;
    button.addEventListener("click", act);
    text.append(" ", button);
  };
  const offerLink = (label, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = label;
    text.append(" ", link);
  };
  const showStored = () => {
    if (!stored.sequence) show("idle", words.wordsOpen);
    else show("saved", `${words.wordsSaved}${stored.at ? ` ${new Date(stored.at).toLocaleTimeString("en-GB")}` : ""}`);
  };
  const remember = () => {
    try {
      if (pending) localStorage.setItem(store, JSON.stringify(pending));
      else localStorage.removeItem(store);
    } catch { /* A full or forbidden store leaves the answer on the page, where it is sent from. */ }
  };
  const isSame = (a, b) => a.answer === b.answer && (a.certainty ?? null) === (b.certainty ?? null);
  const restore = (given) => form.dispatchEvent(new CustomEvent("restore", {
    detail: { answer: given.answer, certainty: given.certainty ?? null },
  }));
  // Moving on posts the form: an acknowledged answer goes along as an exact repeat.
  const settle = () => { field.value = pending ? pending.sequence : Math.max(stored.sequence, 1); };

  const acknowledge = (reply, sent) => {
    stored = { ...reply.stored, at: reply.saved_at };
    if (pending && (isSame(pending, sent) || isSame(pending, stored))) pending = null;
    else if (pending) pending.sequence = stored.sequence + 1;
    remember();
    settle();
    if (!pending) showStored();
  };
  const yieldTo = (reply) => {
    const mine = pending;
    pending = null;
    remember();
    if (reply.stored) stored = { ...reply.stored, at: reply.saved_at };
    restore(stored);
    settle();
    show("unsaved", reply.kind === "conflict" ? words.wordsConflict : reply.message);
    if (reply.kind === "conflict" && mine && !isSame(mine, stored)) {
      offer(words.wordsMine, () => { restore(mine); give(mine); });
    }
    if (reply.kind === "closed") {
      isLeaving = true;
      show("unsaved", words.wordsLate);
      offerLink(words.wordsResult, words.result);
      for (const each of form.elements) each.disabled = true;
    }
  };
  const again = () => {
    show("unsaved", words.wordsUnsaved);
    clearTimeout(retry);
    retry = setTimeout(send, delay);
    delay = Math.min(delay * 2, 15000);
  };
  // After signing in again elsewhere this page carries the token of a session that has ended.
  async function renewToken() {
    const page = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#answer-form [name=csrf_token]");
    if (!fresh) return false;
    for (const each of document.querySelectorAll("[name=csrf_token]")) each.value = fresh.value;
    return true;
  }
  const signedOut = () => {
    show("unsaved", words.wordsSignedOut);
    offerLink(words.wordsSignIn, words.signIn);
  };

  async function deliver(sent) {
    const answer = await fetch(words.save, {
      method: "POST",
      keepalive: true, // a page that is being left still delivers
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify(sent),
    });
    if (answer.status === 401) return signedOut();
    if (answer.status >= 500 || answer.status === 429) return again();
    const reply = await answer.json();
    if ("left" in reply) document.dispatchEvent(new CustomEvent("quiz-left", { detail: reply.left }));
    delay = 1000;
    if (answer.ok) return acknowledge(reply, sent);
    if (answer.status === 400) return (await renewToken()) ? again() : signedOut();
    if (reply.kind === "invalid" || reply.kind === "paused") {
      refused = reply.message;
      return show("unsaved", `${reply.message} ${reply.kind === "paused" ? words.wordsUnsaved : ""}`);
    }
    return reply.kind ? yieldTo(reply) : again();
  }
  async function send() {
    clearTimeout(retry);
    clearTimeout(typing);
    typedSince = 0;
    if (sending || !pending || refused) return sending;
    const sent = { ...pending };
    sending = deliver(sent).catch(again);
    await sending;
    sending = null;
    if (pending && !refused && !isSame(pending, sent)) return send();
    return null;
  }

  const give = (given) => {
    refused = "";
    pending = { sequence: stored.sequence + 1, answer: given.answer, certainty: given.certainty ?? null };
    remember();
    settle();
    show("saving", words.wordsSaving);
    if (!given.isTyped) return send();
    typedSince ||= Date.now();
    clearTimeout(typing);
    typing = setTimeout(send, Math.max(0, Math.min(PAUSE, typedSince + LONGEST - Date.now())));
    return null;
  };
  form.addEventListener("answer", ({ detail }) => {
    // A field that is left says once more what it said when it was typed: nothing new to tell.
    if (pending && isSame(detail, pending)) return void (typedSince && send());
    if (!pending && isSame(detail, stored)) return;
    if (detail.answer && !isSame(detail, stored)) return void give(detail);
    if (sending) return void (detail.answer && give(detail));
    clearTimeout(typing);
    pending = null;
    refused = "";
    remember();
    settle();
    if (detail.answer || !stored.sequence) showStored();
    else show("unsaved", words.wordsEmpty);
  });

  form.addEventListener("submit", async (event) => {
    if (!pending || isLeaving) return;
    event.preventDefault();
    const { submitter } = event;
    await Promise.race([send(), new Promise((done) => { setTimeout(done, PATIENCE); })]);
    if (pending && !refused) return show("unsaved", navigator.onLine ? words.wordsUnsaved : words.wordsOffline);
    if (pending && !submitter?.dataset.told) {
      if (submitter) submitter.dataset.told = "1";
      return show("unsaved", refused);
    }
    // What the server will not take was said already; what is stored goes along instead.
    if (pending) restore(stored);
    // A form ignores a submission asked for while it still tells of the last one.
    await new Promise((done) => { setTimeout(done, 0); });
    pending = null;
    remember();
    settle();
    isLeaving = true;
    form.requestSubmit(submitter);
  });
  const flag = document.querySelector("[data-flag]");
  flag?.addEventListener("click", async (event) => {
    event.preventDefault();
    const isFlagged = flag.getAttribute("aria-pressed") === "true";
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, flagged: isFlagged ? "" : "1" });
    try {
      const answer = await fetch(flag.dataset.flag, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.ok) flag.setAttribute("aria-pressed", String(!isFlagged));
    } catch { /* A flag is a help only: it shows what it is, and can be pressed again. */ }
  });
  document.addEventListener("quiz-flush", send);
  addEventListener("online", () => { delay = 1000; send(); });
  addEventListener("pagehide", send);
  addEventListener("beforeunload", (event) => { if (pending && !isLeaving) event.preventDefault(); });

  let waiting = null;
  try { waiting = JSON.parse(localStorage.getItem(store)); } catch { waiting = null; }
  if (waiting && typeof waiting.answer === "string" && !isSame(waiting, stored)) {
    // What another window saved meanwhile stands; this device's older answer meets it as a conflict.
    pending = { sequence: Number(waiting.sequence), answer: waiting.answer, certainty: waiting.certainty ?? null };
    restore(pending);
    settle();
    show("saving", words.wordsSaving);
    send();
  } else {
    remember();
    if (stored.sequence) settle();
  }
})();
