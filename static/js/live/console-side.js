// <console-side>: who is here, whose hand is up, what is said; the teacher answers and pauses.
// Sends "class-ended" when the class was ended somewhere else.
import "./caption-ask.js";
import "./message-list.js";
import "./poll-ask.js";
import "./room-moderation.js";
import { RoomLine } from "./room-line.js";
import { post, randomName } from "./sending.js";

const ASK_WHO_MS = 8000

class ConsoleSide extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.messages = this.querySelector("message-list")
    for (const event of this.facts.happened) if (event.kind === "message") this.messages.add(event)
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-act]")
      if (button) this[button.dataset.act]?.(button)
    })
    this.querySelector("[data-say]").addEventListener("submit", (event) => this.#say(event))
    this.line = new RoomLine({
      ...this.facts.line,
      device: randomName(),
      onEvent: (event) => this.#happened(event),
      onLine: () => {},
      onRefused: ({ text }) => this.#tell(text),
    })
    this.line.start()
    this.asking = setInterval(() => this.#askWho(), ASK_WHO_MS)
    this.#askWho()
  }

  disconnectedCallback() {
    clearInterval(this.asking)
    this.line.stop()
  }

  async pause(button) {
    const paused = button.getAttribute("aria-pressed") !== "true"
    const { ok, error } = await post(`${this.facts.base}pause/`, { paused: paused ? "1" : "0" })
    if (ok) this.#paused(paused)
    else this.#tell(error ?? this.dataset.offline)
  }

  async lower(button) {
    await post(`${this.facts.base}hand/`, { person: button.value })
    this.#askWho()
  }

  async floor(button) {
    const { ok, error } = await post(`${this.facts.base}floor/`, { person: button.value })
    this.#tell(ok ? "" : (error ?? this.dataset.offline))
    this.#askWho()
  }

  #happened(event) {
    this.dispatchEvent(new CustomEvent("room-event", { detail: event, bubbles: true }))
    if (event.kind === "message") this.messages.add(event)
    if (event.kind === "paused") this.#paused(event.paused)
    if (["hand_up", "hand_down", "no_sound"].includes(event.kind)) this.#askWho()
    if (event.kind === "state" && event.state === "teaching") {
      this.dispatchEvent(new CustomEvent("class-begun", { bubbles: true }))
    }
    if (event.kind === "state" && event.state === "ended") {
      this.dispatchEvent(new CustomEvent("class-ended", { bubbles: true }))
    }
  }

  #paused(paused) {
    const button = this.querySelector("[data-act=pause]")
    button.setAttribute("aria-pressed", String(paused))
    button.textContent = paused ? button.dataset.resume : button.dataset.pause
  }

  async #askWho() {
    const response = await fetch(`${this.facts.base}here/`).catch(() => null)
    if (!response?.ok) return
    const here = this.querySelector("[data-here]")
    const isOpen = here.querySelector("details")?.open
    const html = await response.text()
    // The same again would only take the focus from under the teacher's hand.
    if (html === this.html) return
    this.html = html
    // Our own server's fragment, rendered and escaped there.
    here.innerHTML = html
    if (isOpen) here.querySelector("details")?.setAttribute("open", "")
  }

  // A message keeps its name until it is through: pressed twice, it is said once.
  async #say(event) {
    event.preventDefault()
    const form = event.target
    form.dataset.name ||= randomName()
    const said = { text: form.elements.text.value, client_id: form.dataset.name }
    const answer = await post(`${this.facts.base}messages/`, said)
    this.#tell(answer.ok ? "" : (answer.error ?? this.dataset.offline))
    if (answer.error || answer.ok) delete form.dataset.name
    if (answer.ok) form.reset()
  }

  #tell(sentence) {
    this.querySelector("[data-sentence]").textContent = sentence
    this.querySelector("[data-part=side-problem]").hidden = !sentence
  }
}

customElements.define("console-side", ConsoleSide)
