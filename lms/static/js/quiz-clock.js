/* The clock: out of sight until it is asked for, heard at a few milestones, right by the server. */
(() => {
  const clock = document.querySelector("[data-left]");
  if (!clock) return;
  const words = clock.dataset;
  const face = clock.querySelector("[data-clock-face]");
  const said = clock.querySelector("[data-clock-said]");
  const fold = clock.querySelector("details");
  const half = Number(words.half);
  const milestones = [half, 600, 300, 60].filter((at) => at <= half).sort((a, b) => b - a);
  let end = Date.now() + Number(words.left) * 1000;
  let before = Number(words.left);
  let isOver = false;

  const left = () => Math.max(0, (end - Date.now()) / 1000);
  const time = (seconds) => {
    const m = Math.floor(seconds / 60);
    if (m >= 60) return words.wordsHours.replace("{h}", Math.floor(m / 60)).replace("{m}", m % 60);
    return m ? words.wordsMinutes.replace("{m}", m) : words.wordsSeconds.replace("{s}", Math.floor(seconds));
  };
  const finish = () => {
    isOver = true;
    fold.open = true;
    face.textContent = said.textContent = words.wordsOver;
    document.dispatchEvent(new CustomEvent("quiz-flush"));
    // The grace is for what was on its way, not for work.
    setTimeout(() => { location.href = words.result; }, (Number(words.grace) + 2) * 1000);
  };
  const tick = () => {
    const now = left();
    if (isOver) return;
    if (fold.open) face.textContent = words.wordsLeft.replace("{time}", time(now));
    const passed = milestones.find((at) => before > at && now <= at);
    if (passed) {
      const sentence = passed === half ? words.wordsHalf : words.wordsSoon;
      said.textContent = sentence.replace("{time}", time(passed));
      clock.classList.add("is-told");
      setTimeout(() => clock.classList.remove("is-told"), 8000);
    }
    if (before > 1.5 && now <= 1.5) document.dispatchEvent(new CustomEvent("quiz-flush"));
    before = now;
    if (now <= 0) finish();
  };

  document.addEventListener("quiz-left", (event) => {
    if (event.detail === null || isOver) return;
    end = Date.now() + event.detail * 1000;
    before = Math.max(before, event.detail);
    tick();
  });
  fold.addEventListener("toggle", () => {
    try { sessionStorage.setItem("clock", fold.open ? "open" : ""); } catch { /* It then folds again on each page. */ }
    tick();
  });
  try { fold.open = sessionStorage.getItem("clock") === "open"; } catch { /* It stays folded. */ }
  setInterval(tick, 500);
  tick();
})();
