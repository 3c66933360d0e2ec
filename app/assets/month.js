// Says beneath a month what a day holds, while somebody points at it or stands on it. The drawing's own words are the source.

const told = document.querySelector("#month-told");
const usual = told?.textContent;
const day = (event) => event.target.closest?.(".month a");
const tell = (event) => { if (day(event)) { told.textContent = day(event).getAttribute("aria-label"); } };
const forget = (event) => { if (day(event)) { told.textContent = usual; } };

if (told) {
  for (const name of ["pointerover", "focusin"]) { document.addEventListener(name, tell); }
  for (const name of ["pointerout", "focusout"]) { document.addEventListener(name, forget); }
}
