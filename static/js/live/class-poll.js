// <class-poll>: a question to the room on a learner's page: large answers, then bars with numbers.
// Hears "room-event" of the room around it and sends votes through it.
import { isWriting } from "./remote-keys.js";
import { randomName } from "./sending.js";

class ClassPoll extends HTMLElement {
  connectedCallback() {
    this.room = this.closest("class-room")
    this.room.addEventListener("room-event", this)
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-choice]")
      if (button) this.#vote(button)
    })
  }

  disconnectedCallback() {
    this.room.removeEventListener("room-event", this)
  }

  handleEvent({ detail }) {
    if (detail.kind === "poll") this.#show(detail)
    // In large letters it stands below what is seen.
    if (detail.kind === "poll" && !isWriting()) this.scrollIntoView({ block: "nearest" })
    if (detail.kind === "state" && detail.state === "ended") this.#end()
  }

  // A question without its result says nothing any more.
  #end() {
    this.hidden = this.querySelector("[data-result]").hidden
    this.#part("answers", false)
    this.#part("chosen", false)
  }

  #show({ poll, question, answers, open, counts }) {
    const isNew = String(poll) !== this.dataset.poll
    this.hidden = false
    this.dataset.poll = poll
    this.querySelector("[data-question]").textContent = question
    this.#tell("")
    if (isNew) this.#part("chosen", false)
    if (open && isNew) this.#ask(answers)
    if (!open) this.#result(answers, counts)
    this.#part("answers", open)
    this.#part("result", !open)
    if (!open) this.#part("chosen", false)
  }

  #ask(answers) {
    const made = answers.map((answer, place) => {
      const button = this.#made("answer")
      button.dataset.choice = place
      button.textContent = answer
      return button
    })
    this.querySelector("[data-answers]").replaceChildren(...made)
  }

  #result(answers, counts) {
    const all = Math.max(counts.reduce((sum, count) => sum + count, 0), 1)
    const bars = answers.map((answer, place) => {
      const bar = this.#made("bar")
      bar.querySelector("span").textContent = answer
      bar.querySelector("strong").textContent = this.dataset.people.replace("{count}", counts[place])
      bar.querySelector(".poll__full").setAttribute("width", Math.round((100 * counts[place]) / all))
      return bar
    })
    this.querySelector(".poll__bars").replaceChildren(...bars)
  }

  async #vote(button) {
    const before = this.querySelector("[data-choice][aria-pressed=true]")
    this.#press(button)
    const { choice } = button.dataset
    const answer = await this.room.send("vote", { poll: this.dataset.poll, choice, client_id: randomName() })
    this.#part("chosen", answer.ok || Boolean(before))
    if (!answer.ok) this.#press(before)
  }

  #press(button) {
    for (const other of this.querySelectorAll("[data-choice]")) other.setAttribute("aria-pressed", String(other === button))
  }

  #made(name) {
    return this.querySelector(`template[data-${name}]`).content.cloneNode(true).firstElementChild
  }

  #part(name, shown) {
    this.querySelector(`[data-${name}]`).hidden = !shown
  }

  #tell(sentence) {
    this.querySelector("[data-problem]").textContent = sentence
    this.#part("problem", Boolean(sentence))
  }
}

customElements.define("class-poll", ClassPoll)
