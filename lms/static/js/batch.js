/* The progress of a batch: asks for the page again now and then, not while nobody looks. */
(() => {
  const FIRST = 2000, LONGEST = 15000;
  const told = document.querySelector("[data-told]");
  let wait = FIRST;
  const place = () => document.getElementById("progress");
  const ended = () => ["ready", "removed"].includes(place().dataset.state);
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const found = page.getElementById("progress");
        const words = found.dataset.state === place().dataset.state ? "" : found.querySelector("p")?.textContent;
        // Whoever stands on the link with the keyboard keeps their place.
        if (!place().contains(document.activeElement) || found.dataset.state === "ready") place().replaceWith(found);
        if (words) told.textContent = words.trim();
        // What was left out stands below, and is part of the whole page alone.
        if (ended()) { location.reload(); return; }
      } catch { wait = LONGEST; }
    }
    wait = Math.min(wait * 1.3, LONGEST);
    setTimeout(look, wait);
  };
  if (place() && !ended()) setTimeout(look, wait);
})();
