// A form that was just sent is not sent again: a double click, or a second press while the answer is on its way,
// would show the answer to the second ("already done") in place of the first. A guard of the page; the server has its own.
const QUIET_MS = 2000
const sent = new WeakMap()

addEventListener("submit", (event) => {
  const form = event.target
  // Scripts of the page that answer by themselves have their own way of waiting.
  // A round has a field of its own that is called "method", which hides the form's.
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return
  const now = Date.now()
  if (now - (sent.get(form) || 0) < QUIET_MS) event.preventDefault()
  else sent.set(form, now)
})

// Whoever comes back with the browser's own button may send it once more.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form)
})
