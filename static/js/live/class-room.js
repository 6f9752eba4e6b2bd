// <class-room>: a learner's room. Waits, plays, tells; every change comes as a numbered event,
// so the page never needs a reload and a page that comes back catches up by itself.
import "./live-player.js";
import "./message-list.js";
import "./sound-check.js";
import { RoomLine, post, randomName } from "./room-line.js";

class ClassRoom extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.player = this.querySelector("live-player")
    this.messages = this.querySelector("message-list")
    this.#listen()
    for (const event of this.facts.happened) if (event.kind === "message") this.messages.add(event)
    this.#show(this.facts.state, this.facts.picture)
    this.line = new RoomLine({
      ...this.facts.line,
      device: randomName(),
      openedAs: this.facts.person ?? "",
      onEvent: (event) => this.#happened(event),
      onLine: (up) => this.#part("reconnecting", !up),
      onRefused: ({ text }) => this.#refused(text),
    })
    this.line.start()
    this.late = setTimeout(() => this.#part("late", this.state === "waiting"), this.facts.late_ms)
  }

  disconnectedCallback() {
    clearTimeout(this.late)
    this.line.stop()
  }

  #listen() {
    this.addEventListener("player-state", ({ detail }) => this.#playerSays(detail))
    this.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act
      if (act) this[act]?.()
    })
    this.querySelector("[data-ask]").addEventListener("submit", (event) => this.#say(event))
  }

  #happened(event) {
    if (event.kind === "message") this.messages.add(event)
    if (event.kind === "state") this.#show(event.state, this.picture)
    if (event.kind === "picture") this.#show(this.state, event.on)
    if (event.kind === "paused") this.#part("paused", event.paused)
    if (event.person !== this.facts.person) return
    if (event.kind === "hand_up") this.#hand(true)
    if (event.kind === "hand_down") this.#hand(false)
  }

  #show(state, picture) {
    this.state = state
    this.picture = picture
    const teaching = state === "teaching"
    this.#part("waiting", state === "waiting")
    this.#part("class", teaching)
    this.#part("ended", state === "ended")
    this.#part("teacher-gone", teaching && !picture)
    this.#part("late", false)
    if (teaching) this.player.start()
    if (state === "ended") {
      this.player.stop()
      for (const part of ["hand-up", "muted", "loading", "late"]) this.#part(part, false)
    }
  }

  #playerSays(state) {
    this.#part("muted", this.player.video.muted && this.state === "teaching")
    this.#part("unsupported", state === "unsupported")
    this.#part("loading", state === "waiting" && this.picture)
    if (state === "playing") this.#part("loading", false)
    if (state === "gone") this.#refused(this.dataset.gone)
  }

  #refused(text) {
    this.player.stop()
    this.#part("refused", true)
    this.querySelector("[data-part=refused] [data-sentence]").textContent = text
  }

  #part(name, shown) {
    for (const part of this.querySelectorAll(`[data-part="${name}"]`)) part.hidden = !shown
  }

  #hand(up) {
    this.handIsUp = up
    const button = this.querySelector("[data-act=hand]")
    button.setAttribute("aria-pressed", String(up))
    button.querySelector("[data-label]").textContent = up ? button.dataset.down : button.dataset.up
    this.#part("hand-up", up)
  }

  unmute() {
    this.player.unmute()
    this.#part("muted", false)
  }

  async hand() {
    const up = this.querySelector("[data-act=hand]").getAttribute("aria-pressed") !== "true"
    this.#hand(up)
    const answer = await this.#post("hand", { up: up ? "1" : "0" })
    if (!answer.ok) this.#hand(!up)
  }

  ask() {
    const form = this.querySelector("[data-ask]")
    form.hidden = !form.hidden
    if (!form.hidden) form.elements.text.focus()
  }

  async noSound() {
    const answer = await this.#post("no-sound", {})
    this.#part("told-no-sound", answer.ok)
  }

  // A message keeps its name until it is through: pressed twice, it is said once.
  async #say(event) {
    event.preventDefault()
    const form = event.target
    form.dataset.name ||= randomName()
    const answer = await this.#post("messages", { text: form.elements.text.value, client_id: form.dataset.name })
    if (!answer.ok) return
    delete form.dataset.name
    form.reset()
    form.hidden = true
    this.querySelector("[data-act=ask]").focus()
  }

  async #post(what, fields) {
    const answer = await post(`${this.facts.base}${what}/`, { client_id: randomName(), opened_as: this.facts.person ?? "", ...fields })
    const sentence = answer.ok ? "" : (answer.error ?? this.dataset.offline)
    this.querySelector("[data-said]").textContent = sentence
    this.#part("said", Boolean(sentence))
    return answer
  }
}

customElements.define("class-room", ClassRoom)
