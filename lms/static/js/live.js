/* Keeps the code of the room up to date and shows how long it is still taken. Without script a
   link shows the next one. */
(() => {
  const room = document.getElementById("room");
  const code = document.getElementById("room-code");
  if (!room || !code) return;

  const left = document.getElementById("room-left");
  const picture = document.getElementById("room-picture");
  const credited = document.getElementById("room-credited");
  let ends = 0;

  const show = (found) => {
    if (!found.code) { window.location.reload(); return; }
    if (code.textContent !== found.code) {
      code.textContent = found.code;
      picture.src = found.picture;
    }
    if (credited.textContent !== found.credited) credited.textContent = found.credited;
    ends = Date.now() + found.seconds * 1000;
  };
  const ask = async () => {
    try {
      const answer = await fetch(room.dataset.source, { headers: { Accept: "application/json" } });
      if (answer.ok) show(await answer.json());
    } catch {
      // The room's network was away for a moment: it is asked again.
    }
  };
  const tick = () => {
    left.setAttribute("width", Math.max(0, (ends - Date.now()) / 1000).toFixed(1));
  };

  ask();
  setInterval(ask, 5000);
  setInterval(tick, 250);
})();
