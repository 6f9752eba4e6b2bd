// <replay-words>: says under a replay what its player cannot do.
import "./live-player.js";

class ReplayWords extends HTMLElement {
  connectedCallback() {
    document.addEventListener("player-state", this)
  }

  disconnectedCallback() {
    document.removeEventListener("player-state", this)
  }

  handleEvent({ detail }) {
    for (const part of this.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== detail
  }
}

customElements.define("replay-words", ReplayWords)
