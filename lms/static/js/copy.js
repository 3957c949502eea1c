// Puts a button beside a field whose words one will want to copy; without script they can be marked.
document.querySelectorAll("input[data-copy]").forEach((field) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = field.dataset.copy;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = field.dataset.copied;
    } catch {
      // The field stays marked: the keyboard's own copy does it.
    }
  });
  field.closest(".field").after(button);
});
