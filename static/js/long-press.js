// <long-press><form>…<div data-meanwhile hidden>: what the server needs seconds for is sent once, and the words stand there until it answers.
class LongPress extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this)
    addEventListener("pageshow", this)
  }

  disconnectedCallback() {
    removeEventListener("pageshow", this)
  }

  handleEvent(event) {
    const sent = event.type === "submit"
    if (sent && this.sent) return event.preventDefault()
    // Shown again from the browser's memory, by its back button: nothing is under way.
    this.sent = sent
    this.querySelector("[data-meanwhile]").hidden = !sent
    this.querySelector("form button").setAttribute("aria-disabled", sent)
  }
}

customElements.define("long-press", LongPress)
