// <caption-ask>: a line typed here appears under everybody's picture. What is not through stays.
import { post, randomName } from "./sending.js";

class CaptionAsk extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.form.addEventListener("submit", (event) => this.#send(event))
    this.base = JSON.parse(document.getElementById("room-facts").textContent).base
  }

  async #send(event) {
    event.preventDefault()
    const { text } = this.form.elements
    this.name ||= randomName()
    const { ok, error } = await post(`${this.base}caption/`, { text: text.value, client_id: this.name })
    const problem = this.querySelector("[data-problem]")
    problem.textContent = ok ? "" : (error ?? this.closest("[data-offline]").dataset.offline)
    problem.hidden = ok
    if (ok || error) this.name = ""
    if (ok) this.form.reset()
    text.focus()
  }
}

customElements.define("caption-ask", CaptionAsk)
