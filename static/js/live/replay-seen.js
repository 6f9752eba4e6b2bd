// <replay-seen data-url data-as data-begins>: tells the school which stretch was shown, and says
// how much has been seen. The server counts by its own clock; a page only says what it showed.
import { post, randomName } from "./sending.js";

const EVERY_MS = 15_000
// Between two looks at the clock of the picture; more is a jump.
const JUMP_S = 3

class ReplaySeen extends HTMLElement {
  #device = randomName()
  #from = 0
  #to = 0
  #isPlaying = false
  #timer = 0
  #sending = Promise.resolve()

  connectedCallback() {
    const video = this.#video
    video.addEventListener("playing", () => this.#begin())
    video.addEventListener("timeupdate", () => this.#look())
    video.addEventListener("seeking", () => this.#jumped())
    for (const name of ["pause", "ended"]) video.addEventListener(name, () => this.#stop())
    video.addEventListener("ratechange", () => this.#isPlaying && this.#tell())
    addEventListener("pagehide", () => this.#stop())
    document.addEventListener("together-changed", () => this.#isPlaying && this.#tell())
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  get #video() {
    return this.closest("replay-desk").querySelector("video")
  }

  get #together() {
    return document.querySelector("study-together")
  }

  #begin() {
    if (this.#isPlaying) return
    this.#isPlaying = true
    this.#from = this.#to = this.#video.currentTime
    this.#tell()
    this.#timer = setInterval(() => this.#tell(), EVERY_MS)
  }

  #look() {
    const now = this.#video.currentTime
    if (!this.#isPlaying || this.#video.seeking) return
    if (now < this.#to || now > this.#to + JUMP_S) this.#jumped()
    else this.#to = now
  }

  // What was shown before the jump is told as it is; what follows begins anew.
  #jumped() {
    if (!this.#isPlaying) return
    if (this.#to > this.#from) this.#tell()
    this.#from = this.#to = this.#video.currentTime
  }

  #stop() {
    if (!this.#isPlaying) return
    this.#isPlaying = false
    clearInterval(this.#timer)
    this.#tell({ isLast: true })
  }

  #tell({ isLast = false } = {}) {
    const [from, to] = [this.#from, this.#to]
    this.#from = to
    const begins = Number(this.dataset.begins)
    const place = (seconds) => (begins + Math.max(seconds, 0)).toFixed(2)
    const fields = {
      device: this.#device,
      opened_as: this.dataset.as,
      from: place(from),
      to: place(to),
      at: place(this.#video.currentTime),
      speed: Math.round(this.#video.playbackRate * 100),
      with: this.#together?.chosen?.join(".") ?? "",
    }
    // A page that goes away sends at once; else one after the other.
    if (isLast) return this.#send(fields, to, true)
    this.#sending = this.#sending.then(() => this.#send(fields, to, false))
  }

  async #send(fields, to, keepalive) {
    const answer = await post(this.dataset.url, fields, { keepalive })
    // Said again with the next word, if it still follows on.
    if (answer.offline && this.#from === to) this.#from = Number(fields.from) - Number(this.dataset.begins)
    this.#show(answer)
  }

  #show(answer) {
    const refused = this.querySelector("[data-refused]")
    refused.textContent = answer.offline ? this.dataset.offline : (answer.error ?? "")
    refused.hidden = !refused.textContent
    if (answer.ok !== true || answer.minutes === undefined) return
    this.querySelector("[data-count]").textContent = answer.minutes
    this.querySelector("[data-minutes]").hidden = answer.minutes === 0
    this.querySelector("[data-enough]").hidden = !answer.enough
    this.#together?.confirm(answer.with)
  }
}

customElements.define("replay-seen", ReplaySeen)
