// Compares a chosen or dropped PDF with the files issued for a certificate, here in the browser:
// the file is hashed on this device, and only the list of known hashes is fetched.
(() => {
  "use strict";
  const place = document.getElementById("file-check");
  if (!place || !window.crypto?.subtle) return;
  const inBrowser = place.querySelector("[data-in-browser]");
  const drop = place.querySelector("[data-drop]");
  const input = place.querySelector("input[type=file]");
  const result = place.querySelector("[data-result]");
  let latest = 0;

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const answer = (name) => {
    const words = place.querySelector(`template[data-answer=${name}]`);
    result.replaceChildren(words.content.cloneNode(true));
  };

  const check = async (file) => {
    const mine = ++latest;
    result.replaceChildren();
    let name = "failed";
    try {
      const digest = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const reply = await fetch(place.dataset.hashes, { headers: { Accept: "application/json" } });
      if (reply.ok) name = (await reply.json()).sha256.includes(digest) ? "same" : "other";
    } catch {
      // The answer says that nothing was checked.
    }
    if (mine === latest) answer(name);
  };

  input.addEventListener("change", () => { if (input.files.length) check(input.files[0]); });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    if (event.dataTransfer.files.length) check(event.dataTransfer.files[0]);
  });
  inBrowser.hidden = false;
})();
