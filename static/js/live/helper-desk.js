// <helper-desk>: the page of those who help. Hears what happens in the room and says it to the
// parts within as "room-event"; they do the rest.
import "./caption-ask.js";
import "./message-list.js";
import "./poll-ask.js";
import "./room-moderation.js";
import { RoomLine } from "./room-line.js";
import { randomName } from "./sending.js";

class HelperDesk extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    for (const event of this.facts.happened) this.#happened(event)
    this.line = new RoomLine({
      ...this.facts.line,
      device: randomName(),
      onEvent: (event) => this.#happened(event),
      onLine: (up) => (this.querySelector("[data-part=reconnecting]").hidden = up),
      onRefused: ({ text }) => this.#tell(text),
    })
    this.line.start()
  }

  disconnectedCallback() {
    this.line.stop()
  }

  #happened(event) {
    if (event.kind === "message") this.querySelector("message-list").add(event)
    this.dispatchEvent(new CustomEvent("room-event", { detail: event }))
  }

  #tell(sentence) {
    this.querySelector("[data-part=side-problem] [data-sentence]").textContent = sentence
    this.querySelector("[data-part=side-problem]").hidden = !sentence
  }
}

customElements.define("helper-desk", HelperDesk)
