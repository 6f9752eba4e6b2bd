// <class-muted data-mark="…">: tells a learner who was asked to write nothing for now. Events
// carry a mark instead of a name: nobody else's page knows whom they are about.

class ClassMuted extends HTMLElement {
  connectedCallback() {
    this.room = this.closest("class-room")
    this.room.addEventListener("room-event", this)
  }

  disconnectedCallback() {
    this.room.removeEventListener("room-event", this)
  }

  handleEvent({ detail: { kind, mark, muted } }) {
    if (kind === "muted" && mark === this.dataset.mark) this.querySelector("[data-muted]").hidden = !muted
  }
}

customElements.define("class-muted", ClassMuted)
