// <class-room>: a learner's room. Waits, plays, tells; every change comes as a numbered event,
// so the page never needs a reload and a page that comes back catches up by itself.
// Elements within it hear every event as "room-event" on this element (detail: the event), find
// what happened before in `facts.happened`, and send by `send(what, fields)`.
import "./live-player.js";
import "./message-list.js";
import "./room-modes.js";
import "./slide-show.js";
import "./sound-check.js";
import "./start-clock.js";
import "./study-together.js";
import "./the-floor.js";
import "./voice-note.js";
import { isWriting, walkByArrows } from "./remote-keys.js";
import { Asking } from "./room-asking.js";
import { RoomLine } from "./room-line.js";
import { post, randomName } from "./sending.js";

class ClassRoom extends HTMLElement {
  // Read before this element is connected: those within it are so earlier.
  get facts() {
    return (this.read ??= JSON.parse(document.getElementById("room-facts").textContent))
  }

  connectedCallback() {
    this.player = this.querySelector("live-player")
    this.messages = this.querySelector("message-list")
    this.asking = new Asking(this)
    this.#listen()
    for (const event of this.facts.happened) if (event.kind === "message") this.messages.add(event)
    this.#show(this.facts.state, this.facts.picture)
    const together = this.querySelector("study-together")
    this.line = new RoomLine({
      ...this.facts.line,
      device: randomName(),
      openedAs: this.facts.person ?? "",
      beside: together?.chosen,
      onBeside: (counted) => together?.confirm(counted),
      onEvent: (event) => this.#happened(event),
      onLine: (up) => this.part("reconnecting", !up),
      onRefused: ({ text }) => this.#refused(text),
      how: () => this.#reception(),
    })
    together?.addEventListener("together-changed", () => this.line.sitWith(together.chosen))
    this.line.start()
    this.late = setTimeout(() => this.part("late", this.state === "waiting"), this.facts.late_ms)
    if (this.classList.contains("room--tv")) walkByArrows(this)
  }

  disconnectedCallback() {
    clearTimeout(this.late)
    this.line.stop()
  }

  #listen() {
    this.addEventListener("sound-checked", ({ detail }) => (this.heard = detail === "yes" ? "ok" : "no"))
    this.addEventListener("player-state", ({ detail }) => this.#playerSays(detail))
    this.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act
      if (act === "unmute") this.#unmute()
      else if (act) this.asking[act]?.()
    })
  }

  #happened(event) {
    this.dispatchEvent(new CustomEvent("room-event", { detail: event }))
    if (event.kind === "message") this.messages.add(event)
    if (event.kind === "state") this.#show(event.state, this.picture)
    if (event.kind === "picture") this.#show(this.state, event.on)
    if (event.kind === "paused") this.part("paused", event.paused)
    if (event.person !== this.facts.person) return
    if (event.kind === "hand_up") this.asking.show(true)
    if (event.kind === "hand_down") this.asking.show(false)
  }

  #show(state, picture) {
    const begins = state === "teaching" && this.state === "waiting"
    this.state = state
    this.picture = picture
    const teaching = state === "teaching"
    this.part("waiting", state === "waiting")
    this.part("class", teaching)
    this.part("ended", state === "ended")
    this.part("teacher-gone", teaching && !picture)
    this.part("late", false)
    this.part("together", state !== "ended")
    if (teaching) this.player.start()
    if (begins && !isWriting()) this.#lookUp()
    if (state === "ended") {
      this.player.stop()
      for (const part of ["hand-up", "muted", "loading", "late", "told-no-sound"]) this.part(part, false)
    }
  }

  // The class begins by itself: its picture is seen, and on a big screen something can be pressed.
  #lookUp() {
    scrollTo(0, 0)
    if (this.classList.contains("room--tv")) this.querySelector("[data-act=hand]")?.focus()
  }

  #playerSays(state) {
    this.part("muted", this.player.video.muted && this.state === "teaching")
    // A remote control has no pointer: what is needed first is ready to be pressed.
    if (state === "muted" && this.classList.contains("room--tv")) this.querySelector("[data-act=unmute]").focus()
    this.part("unsupported", state === "unsupported")
    this.part("loading", state === "waiting" && this.picture && this.state === "teaching")
    if (state === "playing") this.part("loading", false)
    if (state === "gone") this.#refused(this.dataset.gone)
  }

  #unmute() {
    this.player.unmute()
    this.part("muted", false)
  }

  // How the class arrives here: for the helper, and for the teacher's "they hear you".
  #reception() {
    const { video } = this.player
    const { mode = "picture", stalled = false } = this.querySelector("room-modes")?.reception ?? {}
    if (this.state !== "teaching") return { sound: this.heard ?? "unknown", mode, stalled: false }
    const isPlaying = this.player.dataset.state === "playing" && !stalled
    const isHeard = isPlaying && !video.muted && video.volume > 0 && !this.asking.cannotHear
    return { sound: isHeard ? "ok" : "no", mode, stalled }
  }

  #refused(text) {
    this.player.stop()
    this.part("refused", true)
    this.querySelector("[data-part=refused] [data-sentence]").textContent = text
  }

  part(name, shown) {
    for (const part of this.querySelectorAll(`[data-part="${name}"]`)) part.hidden = !shown
  }

  async send(what, fields) {
    const answer = await post(`${this.facts.base}${what}/`, { client_id: randomName(), opened_as: this.facts.person ?? "", ...fields })
    const sentence = answer.ok ? (answer.held ?? "") : (answer.error ?? this.dataset.offline)
    this.querySelector("[data-part=said] [data-said]").textContent = sentence
    this.part("said", Boolean(sentence))
    return answer
  }
}

customElements.define("class-room", ClassRoom)
