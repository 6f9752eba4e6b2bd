// <text-size><form>…: changes the letters or the colours at once and lets the server remember it.
// Without this element the form posts and the page comes back in the new size.
const root = document.documentElement

function show(name, value) {
  root.dataset[name] = value
  for (const button of document.querySelectorAll(`text-size button[name="${name}"]`)) {
    button.setAttribute("aria-pressed", String(button.value === value))
  }
}

class TextSize extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this)
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this)
  }

  handleEvent(event) {
    const { target: form, submitter } = event
    // Web views before Chromium 81 do not say which button it was: they take the slow way.
    if (!submitter) return
    event.preventDefault()
    const before = submitter.getBoundingClientRect().top
    show(submitter.name, submitter.value)
    // For whoever goes on to the next page before the answer is here.
    document.cookie = `${submitter.name}=${submitter.value}; path=/; max-age=31536000; SameSite=Lax`
    // Everything above has grown as well: keep the pressed button under the finger.
    window.scrollBy(0, submitter.getBoundingClientRect().top - before)
    const body = new FormData(form)
    body.set(submitter.name, submitter.value)
    const headers = { "X-Requested-With": "fetch" }
    // Off line the letters have changed all the same; they are kept at the next press.
    fetch(form.action, { method: "POST", body, headers, keepalive: true }).catch(() => {})
  }
}

customElements.define("text-size", TextSize)
