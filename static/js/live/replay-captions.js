// <replay-captions>: the words under a replay, where they were said. Drawn here, in the chosen
// size of letters; a picture that fills the screen has nothing beneath it, so there the browser
// draws them.

class ReplayCaptions extends HTMLElement {
  connectedCallback() {
    this.track = this.closest("replay-desk").querySelector("video").textTracks[0]
    this.track.mode = "hidden" // Loaded, and not drawn by the browser.
    this.track.addEventListener("cuechange", this)
    document.addEventListener("fullscreenchange", this)
  }

  disconnectedCallback() {
    this.track.removeEventListener("cuechange", this)
    document.removeEventListener("fullscreenchange", this)
  }

  handleEvent({ type }) {
    if (type === "fullscreenchange") this.track.mode = document.fullscreenElement ? "showing" : "hidden"
    const cues = [...(this.track.activeCues ?? [])]
    // From the first words on their place is kept.
    if (cues.length) this.hidden = false
    this.querySelector("p").textContent = cues.map((cue) => cue.getCueAsHTML().textContent).join(" ")
  }
}

customElements.define("replay-captions", ReplayCaptions)
