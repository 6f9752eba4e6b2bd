// <class-captions>: the words under the picture. The last one stays a while, then makes room.

const STAYS_MS = 12000

class ClassCaptions extends HTMLElement {
  connectedCallback() {
    this.room = this.closest("class-room")
    this.room.addEventListener("room-event", this)
    if (!this.hidden) this.#leaveLater()
  }

  disconnectedCallback() {
    clearTimeout(this.leaving)
    this.room.removeEventListener("room-event", this)
  }

  handleEvent({ detail: { kind, text } }) {
    if (kind !== "caption") return
    this.querySelector(".captions__text").textContent = text
    this.hidden = false
    this.#leaveLater()
  }

  #leaveLater() {
    clearTimeout(this.leaving)
    this.leaving = setTimeout(() => (this.hidden = true), STAYS_MS)
  }
}

customElements.define("class-captions", ClassCaptions)
