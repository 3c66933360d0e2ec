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

// What is to be copied whole gets a button for it.
for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) { break; }
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.querySelector("span").textContent = button.dataset.done;
  });
}

// Keeps the page for when there is no network. One policy, which makes one address.
if ("serviceWorker" in navigator) {
  const address = (url) => { if (url !== "/sw.js") { throw new TypeError(url); } return url; };
  const policy = window.trustedTypes?.createPolicy("worker", { createScriptURL: address });
  navigator.serviceWorker.register(policy ? policy.createScriptURL("/sw.js") : "/sw.js").catch(() => {});
}
