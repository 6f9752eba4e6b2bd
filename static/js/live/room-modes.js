// <room-modes>: picture and sound, slides and sound, or sound alone. Watches the line, offers the
// lower mode in words, takes it when the picture stands still, and returns when the line is better.
// What the learner chose by hand is kept on this device, and not raised.
import { LineWatch, hasRoomForPicture } from "./line-watch.js";

const MEMORY = "class-mode"
const LOWER = { picture: "slides", slides: "sound" }
const TRY_EVERY_S = 15
const TRY_AT_MOST_S = 120
// The line must carry half as much again as the picture needs, twice in a row.
const ENOUGH = 1.5
const SAID_MS = 12000
// An offer that nobody took goes when the line has been well for so many looks.
const WELL_LOOKS = 20
// Who wants the picture in spite of the line has it for so long.
const INSIST_MS = 120000

class RoomModes extends HTMLElement {
  connectedCallback() {
    this.room = this.closest("class-room")
    this.player = this.room.querySelector("live-player")
    this.picture = this.player.getAttribute("src")
    this.every = TRY_EVERY_S
    this.fellAt = this.insistedAt = -Infinity
    this.addEventListener("click", ({ target }) => this.#pressed(target.closest("button")))
    this.watch = new LineWatch(this.player, {
      isOn: () => this.room.state === "teaching" && this.room.picture,
      onLook: (judgement) => this.#looked(judgement),
    })
    const kept = remembered()
    this.isByHand = kept in LOWER || kept === "sound"
    this.#turnTo(this.isByHand ? kept : "picture")
  }

  disconnectedCallback() {
    this.watch.stop()
    clearTimeout(this.saying)
  }

  get reception() {
    return { mode: this.mode, stalled: this.watch.stillFor > 2 }
  }

  #pressed(button) {
    if (button?.dataset.mode) return this.#choose(button.dataset.mode)
    if (button?.dataset.answer === "lower") this.#choose(LOWER[this.mode])
    if (button?.dataset.answer === "picture") this.#choose("picture")
    if (button?.dataset.answer === "no") this.#insist()
  }

  #choose(mode) {
    if (mode === "picture") this.#insist()
    this.isByHand = mode !== "picture"
    remember(mode)
    this.#turnTo(mode)
    const menu = this.querySelector("details")
    if (menu.open) menu.querySelector("summary").focus()
    menu.open = false
  }

  #insist() {
    this.insistedAt = performance.now()
    this.#say("")
    this.watch.forget()
  }

  #looked(judgement) {
    if (this.mode !== "picture") this.#tryAgain()
    this.well = judgement ? 0 : (this.well ?? 0) + 1
    if (this.well === WELL_LOOKS && this.says === "weak") this.#say("")
    if (!judgement || performance.now() - this.insistedAt < INSIST_MS) return
    if (judgement === "weak") return this.mode === "picture" && this.#say("weak")
    if (!LOWER[this.mode]) return
    // The picture came back and stopped again: not so soon the next time.
    this.every = Math.min(performance.now() - this.fellAt < 90000 ? this.every * 2 : TRY_EVERY_S, TRY_AT_MOST_S)
    this.fellAt = performance.now()
    this.#turnTo(LOWER[this.mode])
    this.#say(`fell-${this.mode}`)
  }

  // Only what fell by itself rises by itself.
  async #tryAgain() {
    if (this.isByHand || this.trying || performance.now() < this.nextTry) return
    this.trying = true
    const isEnough = await hasRoomForPicture(this.picture, ENOUGH)
    this.trying = false
    const isSecond = isEnough && this.wasEnough
    this.wasEnough = isEnough
    this.nextTry = performance.now() + (isEnough ? 3000 : this.every * 1000)
    if (this.isByHand || this.mode === "picture" || !isSecond) return
    this.fellAt = performance.now()
    this.#turnTo("picture")
    this.#say("back")
  }

  #turnTo(mode) {
    if (mode !== "picture") this.#keepStill()
    this.mode = mode
    this.room.dataset.mode = mode
    this.room.dispatchEvent(new CustomEvent("mode-changed"))
    this.wasEnough = false
    this.nextTry = performance.now() + this.every * 1000
    const sound = this.picture.replace(/[^/]*$/, "sound.m3u8")
    this.player.turnTo(mode === "picture" ? this.picture : sound, { isSteady: mode !== "picture" })
    this.watch.forget()
    this.#say("")
    for (const button of this.querySelectorAll("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode))
      if (button.dataset.mode === mode) this.querySelector("[data-now]").textContent = button.dataset.name
    }
  }

  // The last picture, where no slide is shown.
  #keepStill() {
    const { video } = this.player
    const still = this.room.querySelector("[data-still]")
    if (!video.videoWidth || !still) return
    still.width = video.videoWidth
    still.height = video.videoHeight
    still.getContext("2d").drawImage(video, 0, 0)
    still.hidden = false
  }

  // One sentence at a time; news that asks for nothing goes by itself.
  #say(what) {
    clearTimeout(this.saying)
    this.says = what
    for (const part of this.querySelectorAll("[data-says]")) part.hidden = part.dataset.says !== what
    if (what === "back") this.saying = setTimeout(() => this.#say(""), SAID_MS)
  }
}

function remembered() {
  try {
    return localStorage.getItem(MEMORY) ?? ""
  } catch {
    return "" // Storage may be switched off.
  }
}

function remember(mode) {
  try {
    localStorage.setItem(MEMORY, mode)
  } catch {
    // It holds for this page.
  }
}

customElements.define("room-modes", RoomModes)
