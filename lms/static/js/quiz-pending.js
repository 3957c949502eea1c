/* Before submission: names the answers that still wait on this device. After it: forgets them. */
(() => {
  const mine = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(`answer/${prefix}`));
  try {
    const notice = document.querySelector("[data-pending]");
    if (notice) {
      const list = notice.querySelector("[data-pending-items]");
      for (const key of mine(notice.dataset.pending).sort()) {
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
