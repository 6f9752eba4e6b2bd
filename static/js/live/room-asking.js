// Asking: a learner's three buttons. Raise a hand, ask a question, say that nothing is heard.

import { randomName } from "./sending.js";

// Who said so is believed for as long as the helper's list shows it.
const CANNOT_HEAR_MS = 3 * 60 * 1000

export class Asking {
  #cannotHearUntil = 0

  constructor(room) {
    this.room = room
    this.fields = room.querySelector("[data-asking]")
    this.button = room.querySelector("[data-act=ask]")
    const form = room.querySelector("[data-ask]")
    form?.addEventListener("submit", (event) => this.#say(event))
    form?.addEventListener("keydown", (event) => {
      // Enter while a word is being chosen belongs to the input method.
      if (event.key !== "Enter" || event.isComposing) return
      event.preventDefault()
      form.requestSubmit()
    })
    room.addEventListener("voice-sent", () => this.#close())
  }

  get cannotHear() {
    return performance.now() < this.#cannotHearUntil
  }

  show(up) {
    const button = this.room.querySelector("[data-act=hand]")
    button.setAttribute("aria-pressed", String(up))
    button.querySelector("[data-label]").textContent = up ? button.dataset.down : button.dataset.up
    this.room.part("hand-up", up)
  }

  async hand() {
    const up = this.room.querySelector("[data-act=hand]").getAttribute("aria-pressed") !== "true"
    this.show(up)
    const answer = await this.room.send("hand", { up: up ? "1" : "0" })
    if (!answer.ok) this.show(!up)
  }

  ask() {
    const isOpen = this.fields.hidden
    this.fields.hidden = !isOpen
    this.button.setAttribute("aria-expanded", String(isOpen))
    if (isOpen) this.fields.querySelector("[name=text]").focus()
  }

  async noSound() {
    const answer = await this.room.send("no-sound", {})
    this.room.part("told-no-sound", answer.ok)
    if (answer.ok) this.#cannotHearUntil = performance.now() + CANNOT_HEAR_MS
  }

  heardAgain() {
    this.#cannotHearUntil = 0
    this.room.part("told-no-sound", false)
  }

  // A message keeps its name until it is through: pressed twice, it is said once.
  async #say(event) {
    event.preventDefault()
    const form = event.target
    form.dataset.name ||= randomName()
    const answer = await this.room.send("messages", { text: form.elements.text.value, client_id: form.dataset.name })
    if (!answer.ok) return
    delete form.dataset.name
    form.reset()
    this.#close()
  }

  #close() {
    if (!this.fields.hidden) this.ask()
    this.button.focus()
  }
}
