/* A self-check opens its reasoning once somebody has committed to an option. */
document.querySelectorAll(".check").forEach((check) => {
  const answer = check.querySelector("details.check-answer");
  check.addEventListener("change", (event) => {
    if (event.target.matches("input[type=radio]") && answer) answer.open = true;
  });
});
