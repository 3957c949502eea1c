/* Remembers the heading somebody has reached in a lesson, and leads back to it on any device. */
(() => {
  const meta = document.querySelector('meta[name="lesson-place"]');
  const headings = [...document.querySelectorAll("#text h2[id], #text h3[id]")];
  if (!meta || !headings.length) return;

  const resume = meta.dataset.heading && document.getElementById(meta.dataset.heading);
  if (resume && !location.hash) resume.scrollIntoView();

  let kept = null;
  let timer = 0;
  const current = () => {
    const line = innerHeight / 3;
    const passed = headings.filter((each) => each.getBoundingClientRect().top < line);
    return passed.length ? passed[passed.length - 1].id : "";
  };
  const keep = () => {
    const heading = current();
    if (heading === kept) return;
    kept = heading;
    fetch(meta.content, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": meta.dataset.token },
      body: JSON.stringify({ heading }),
    }).catch(() => { kept = null; });
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(keep, 1500); };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("pagehide", keep);
  soon();
})();
