/* Before submission: names the answers that still wait on this device. After it: forgets them. */
(() => {
  const mine = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(`answer/${prefix}`));
  const isStored = (key, stored) => {
    try {
      const waiting = JSON.parse(localStorage.getItem(key));
      const [answer, certainty] = stored[key.split("/").pop()] ?? [];
      return waiting.answer === answer && (waiting.certainty ?? null) === certainty;
    } catch { return false; }
  };
  try {
    const notice = document.querySelector("[data-pending]");
    if (notice) {
      const list = notice.querySelector("[data-pending-items]");
      const stored = JSON.parse(notice.dataset.stored ?? "{}");
      for (const key of mine(notice.dataset.pending).sort()) {
        // The last one may have been delivered as its page was left, with nobody there to hear so.
        if (isStored(key, stored)) { localStorage.removeItem(key); continue; }
        const number = key.split("/").pop();
        const link = document.createElement("a");
        link.href = list.dataset.address + number;
        link.textContent = `${list.dataset.words} ${number}`;
        const item = document.createElement("li");
        item.append(link);
        list.append(item);
        notice.hidden = false;
      }
    }
    const settled = document.querySelector("[data-settled]");
    if (settled) mine(settled.dataset.settled).forEach((key) => localStorage.removeItem(key));
  } catch { /* Without a store nothing waits on this device. */ }
})();
