// <live-player src hls>: plays a class, live or again, and says in words when it cannot.
// Attributes: src (playlist), hls (address of hls.js), live (present while the class runs).
// Events: "player-state" with detail "playing" | "waiting" | "muted" | "unsupported" | "gone".
// A class may be changed over to another rendition while it runs: `turnTo`.

import { Pieces } from "./pieces.js";

const RETRY_MS = 1500
// Who is this much behind on arriving is brought forward; less is made up by playing faster.
const LATE_S = 0.4
const ARRIVING_MS = 2500
// What must lie ready after the place to go on at once.
const READY_S = 0.25
// Sound alone comes in whole segments and a little later: fewer requests on a weak line, and
// more in hand when it falters.
const STEADY = { lowLatencyMode: false, liveSyncDuration: 5, liveMaxLatencyDuration: 14 }

export class LivePlayer extends HTMLElement {
  #hls = null
  #retry = 0
  #wanted = false
  #isSteady = false
  #pieces = new Pieces()

  get line() {
    return this.#pieces.line
  }

  // Another rendition of the same class, at its newest place; the element stays, so what a tap
  // has unlocked stays unlocked.
  turnTo(address, { isSteady = false } = {}) {
    if (address === this.getAttribute("src")) return
    this.setAttribute("src", address)
    this.#isSteady = isSteady
    this.#pieces.forget()
    if (!this.#wanted) return
    this.stop()
    this.start()
  }

  get video() {
    return this.querySelector("video")
  }

  connectedCallback() {
    this.video.addEventListener("playing", () => this.#say("playing"))
    this.video.addEventListener("waiting", () => this.video.seeking || this.#say("waiting"))
    if (!this.hasAttribute("live")) this.start()
  }

  disconnectedCallback() {
    this.stop()
  }

  async start() {
    if (this.#wanted) return
    this.#wanted = true
    const library = await import(this.getAttribute("hls")).catch(() => null)
    if (!this.#wanted) return
    if (!library) return this.#startAgain()
    const { default: Hls } = library
    if (Hls.isSupported()) this.#playWith(Hls)
    else if (this.video.canPlayType("application/vnd.apple.mpegurl")) this.#playNatively()
    else this.#say("unsupported")
  }

  // A module that failed once is remembered as failed: only a new page asks for it again.
  #startAgain() {
    this.#say("gone")
    this.#wanted = false
  }

  stop() {
    this.#wanted = false
    clearTimeout(this.#retry)
    this.#hls?.destroy()
    this.#hls = null
    this.video.removeAttribute("src")
  }

  // Called from a tap: browsers let sound begin only then.
  async unmute() {
    this.video.muted = false
    await this.#play()
  }

  #playWith(Hls) {
    const live = this.hasAttribute("live")
    const hls = new Hls({
      lowLatencyMode: live,
      ...(live && this.#isSteady ? STEADY : {}),
      liveSyncOnStallIncrease: 0,
      maxLiveSyncPlaybackRate: 1.1,
      backBufferLength: live ? 10 : 60,
    })
    this.#hls = hls
    hls.on(Hls.Events.MANIFEST_PARSED, () => live && this.#play())
    hls.on(Hls.Events.ERROR, (_event, { fatal, type, response }) => {
      if (!fatal) return
      if (response?.code === 403) return this.#give("gone")
      if (type === Hls.ErrorTypes.MEDIA_ERROR) return hls.recoverMediaError()
      this.#say("waiting")
      hls.destroy()
      this.#retry = setTimeout(() => this.#wanted && this.#playWith(Hls), RETRY_MS * (0.5 + Math.random()))
    })
    hls.on(Hls.Events.FRAG_LOADED, (_event, { frag, part }) => {
      const { duration, stats } = part ?? frag
      this.#pieces.add(stats, duration)
    })
    if (live && !this.#isSteady) this.#arrive(Hls, hls)
    hls.loadSource(this.getAttribute("src"))
    hls.attachMedia(this.video)
  }

  // The place to begin at is chosen before anything is loaded. What loading took would be lag
  // for the next ten seconds, so it is skipped before anybody has followed it.
  #arrive(Hls, hls) {
    const { video } = this
    let until = 0
    video.addEventListener("playing", () => (until = performance.now() + ARRIVING_MS), { once: true })
    hls.on(Hls.Events.BUFFER_APPENDED, () => {
      const front = hls.liveSyncPosition
      const last = video.buffered.length - 1
      if (performance.now() > until || last < 0 || hls.latency - hls.targetLatency < LATE_S) return
      const isReady = video.buffered.start(last) <= front && front + READY_S < video.buffered.end(last)
      if (isReady && front > video.currentTime) video.currentTime = front
    })
  }

  #playNatively() {
    const { video } = this
    video.src = this.getAttribute("src")
    video.onerror = () => {
      this.#say("waiting")
      this.#retry = setTimeout(() => this.#wanted && this.#playNatively(), RETRY_MS)
    }
    if (this.hasAttribute("live")) this.#play()
  }

  async #play() {
    try {
      await this.video.play()
    } catch (error) {
      if (error.name !== "NotAllowedError") return
      this.video.muted = true
      await this.video.play().catch(() => {})
      this.#say("muted")
    }
  }

  #give(state) {
    this.stop()
    this.#say(state)
  }

  #say(state) {
    this.dataset.state = state
    this.dispatchEvent(new CustomEvent("player-state", { detail: state, bubbles: true }))
  }
}

customElements.define("live-player", LivePlayer)
