// <replay-desk data-resume data-speed>: the buttons around a replay.
// [data-play] goes on where the person stopped, [data-at] goes to a place (seconds), [data-speed]
// says how fast (per cent), [data-take] writes the place into a field. All are plain buttons.
import "./live-player.js";
import "./replay-captions.js";

const STEP_S = 10

class ReplayDesk extends HTMLElement {
  #speed = 100

  connectedCallback() {
    this.addEventListener("click", this)
    this.addEventListener("keydown", this)
    this.#video.addEventListener("play", () => this.#hideStart())
    this.#video.addEventListener("timeupdate", () => this.#showChapter())
    // Another speed set with the browser's own controls is a choice, too.
    this.#video.addEventListener("ratechange", () => this.#rateChanged())
    this.#choose(Number(this.dataset.speed) || 100)
  }

  handleEvent(event) {
    if (event.type === "keydown") return this.#pressed(event)
    const button = event.target.closest("button")
    if (!button || !this.contains(button)) return
    if ("play" in button.dataset) this.#playFrom(Number(this.dataset.resume))
    else if (button.dataset.at) this.#playFrom(Number(button.dataset.at))
    else if (button.dataset.speed) this.#choose(Number(button.dataset.speed))
    else if (button.dataset.take) this.#take(button.dataset.take)
  }

  get #video() {
    return this.querySelector("video")
  }

  // Asked for within the press, or the browser refuses the sound; the place follows as soon as
  // there is one to go to.
  #playFrom(seconds) {
    const video = this.#video
    const go = () => (video.currentTime = seconds)
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) go()
    else video.addEventListener("loadedmetadata", go, { once: true })
    video.play().catch(() => {})
    video.focus({ preventScroll: false })
  }

  #hideStart() {
    const start = this.querySelector("[data-part=start]")
    if (start) start.hidden = true
  }

  #choose(percent) {
    this.#speed = Math.min(Math.max(percent, 75), 150)
    this.#video.defaultPlaybackRate = this.#speed / 100
    this.#video.playbackRate = this.#speed / 100
    this.#showSpeed()
  }

  #rateChanged() {
    const percent = Math.round(this.#video.playbackRate * 100)
    if (percent === this.#speed) return
    if (percent < 75 || percent > 150) return this.#choose(percent)
    this.#speed = percent
    this.#showSpeed()
  }

  #showSpeed() {
    for (const button of this.querySelectorAll("button[data-speed]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === this.#speed))
    }
  }

  #showChapter() {
    const now = this.#video.currentTime + 0.3
    const places = [...this.querySelectorAll(".chapters [data-at]")]
    const current = places.filter((button) => Number(button.dataset.at) <= now).at(-1)
    for (const button of places) {
      if (button === current) button.setAttribute("aria-current", "true")
      else button.removeAttribute("aria-current")
    }
  }

  #take(id) {
    const whole = Math.floor(this.#video.currentTime)
    const field = document.getElementById(id)
    field.value = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
    field.focus()
  }

  // On the picture: space stops and goes on, arrows go ten seconds. Buttons and fields keep theirs.
  #pressed(event) {
    if (event.target !== this.#video || event.altKey || event.ctrlKey || event.metaKey) return
    const video = this.#video
    if (event.key === " ") video.paused ? video.play().catch(() => {}) : video.pause()
    else if (event.key === "ArrowRight") video.currentTime += STEP_S
    else if (event.key === "ArrowLeft") video.currentTime -= STEP_S
    else return
    event.preventDefault()
  }
}

customElements.define("replay-desk", ReplayDesk)
