// What every page may add once it is there. Each page works without it.

// A form is sent once: a second press while the first is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") { form.dataset.sent = "yes"; }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) { delete form.dataset.sent; }
});

// A menu closes when somebody presses Escape or goes elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") { return; }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) { menu.open = false; }
  }
});
