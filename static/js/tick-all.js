// <tick-all><a>…<span data-done hidden>: a press ticks whoever is due where the page stands, so that reasons written already stay.
class TickAll extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this)
  }

  handleEvent(event) {
    if (!event.target.closest("a[href^='?']")) return
    event.preventDefault()
    const due = "[data-due] input[type=checkbox], input[data-due]"
    for (const box of document.querySelectorAll(due)) box.checked = true
    this.querySelector("[data-done]").hidden = false
  }
}

customElements.define("tick-all", TickAll)
