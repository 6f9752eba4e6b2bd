// <poll-ask>: the teacher or a helper asks the room; what was typed stays until it is through.
import { post, randomName } from "./sending.js";

class PollAsk extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.form.addEventListener("submit", (event) => this.#ask(event))
    this.base = JSON.parse(document.getElementById("room-facts").textContent).base
  }

  async #ask(event) {
    event.preventDefault()
    const { question, answers } = this.form.elements
    this.name ||= randomName()
    const asked = { question: question.value, answers: answers.value, client_id: this.name }
    const { ok, error } = await post(`${this.base}poll/`, asked)
    const problem = this.querySelector("[data-problem]")
    problem.textContent = ok ? "" : (error ?? this.closest("[data-offline]").dataset.offline)
    problem.hidden = ok
    // Kept while nobody answered: pressed again, it is the same poll.
    if (ok || error) this.name = ""
    if (!ok) return
    this.form.reset()
    this.closest("details").open = false
  }
}

customElements.define("poll-ask", PollAsk)
