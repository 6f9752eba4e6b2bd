// <teacher-console>: try the devices, begin, teach, end.
import "./console-side.js";
import "./device-choice.js";
import "./floor-desk.js";
import "./practice-room.js";
import "./source-choice.js";
import { canRecord } from "./recorder.js";
import { randomName } from "./sending.js";
import { Studio } from "./studio.js";
import { Upstream } from "./upstream.js";

const METER_MS = 100
// Browsers run a timer of some weeks at once.
const A_DAY_MS = 24 * 60 * 60 * 1000

class TeacherConsole extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.addEventListener("click", ({ target }) => this.#press(target.closest("[data-act]")))
    // Begun from the timetable, or by a helper: this page goes on the air, as a reload would.
    this.addEventListener("class-begun", () => this.ready && !this.upstream && this.begin())
    this.addEventListener("class-ended", () => this.ending || location.reload())
    this.addEventListener("choice-problem", ({ detail }) => this.#cannot(detail))
    this.choice = this.querySelector("source-choice")
    this.devicesList = this.querySelector("device-choice")
    this.querySelector("[data-end]").addEventListener("submit", (event) => this.#end(event))
    // The button to begin comes with the open door.
    const opensIn = Number(this.dataset.opensIn ?? Infinity)
    if (opensIn < A_DAY_MS) setTimeout(() => location.reload(), opensIn)
    this.#open()
  }

  disconnectedCallback() {
    clearInterval(this.meter)
  }

  async #open() {
    if (!navigator.mediaDevices?.getUserMedia || !canRecord()) return this.#cannot("unsupported")
    this.studio = new Studio({
      title: this.dataset.title,
      ticker: this.dataset.ticker,
      onEnded: (what) => {
        this.#cannot(`${what}Ended`)
        this.choice.show()
      },
    })
    // There is no room to practise in once the class has begun.
    for (const part of this.querySelectorAll("source-choice, device-choice, practice-room")) part.studio = this.studio
    this.querySelector("floor-desk").mix = this.studio.mix
    const { canvas } = this.studio
    canvas.className = "stage__video"
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", this.dataset.pictureLabel)
    this.querySelector("[data-picture]").replaceWith(canvas)
    this.meter = setInterval(() => this.#showLevel(), METER_MS)
    await this.devices()
    // A page that was reloaded in the middle of a class goes on teaching.
    if (this.facts.state === "teaching" && this.ready) this.begin()
  }

  // The microphone is needed; the camera is not: the title card or slides stand in for it.
  async devices() {
    this.#tell("")
    this.ready = false
    try {
      await this.studio.mix.openMicrophone()
      this.ready = true
      await this.studio.openCamera().catch((error) => this.#cannot(missing(error, "noCamera", "cameraRefused")))
    } catch (error) {
      this.#cannot(missing(error, "noMicrophone", "microphoneRefused"))
    }
    this.choice.show()
    this.devicesList.show()
    this.#part("retry", !this.ready)
    for (const button of this.querySelectorAll("[data-act=begin], [data-open]")) button.disabled = !this.ready
  }

  begin({ take = false } = {}) {
    this.#part("taken", false)
    this.upstream ??= new Upstream({
      address: `${this.facts.line.socket}console/`,
      console: randomName(),
      stream: () => this.studio.stream,
      onState: (state) => this.#onAir(state),
      onProblem: ({ text }) => this.#tell(text),
      onTaken: ({ text }) => this.#taken(text),
    })
    this.upstream.start({ take })
  }

  takeOver() {
    this.begin({ take: true })
  }

  mute(button) {
    if (!this.studio) return
    const muted = button.getAttribute("aria-pressed") !== "true"
    this.studio.mix.isMuted = muted
    button.setAttribute("aria-pressed", String(muted))
    button.querySelector("[data-label]").textContent = muted ? button.dataset.off : button.dataset.on
  }

  #press(button) {
    if (button && !button.disabled) this[button.dataset.act]?.(button)
  }

  #showLevel() {
    const bars = this.querySelectorAll(".light__level rect")
    const lit = Math.round(this.studio.mix.level * bars.length)
    bars.forEach((bar, index) => bar.classList.toggle("light__on", index < lit))
  }

  #onAir(state) {
    this.dataset.air = state
    this.#part("before", state === "off")
    this.#part("on-air", state !== "off")
    // Once begun, the class can be ended from here whatever became of the stream.
    if (state !== "off") this.#part("end", true)
    this.#part("reconnecting", state === "reconnecting")
    this.choice.shelf.isOnAir = state === "on"
    if (state === "on") this.#tell("")
  }

  async #end(event) {
    event.preventDefault()
    if (this.ending) return
    this.ending = true
    await this.upstream?.stop()
    event.target.submit()
  }

  #taken(text) {
    this.#part("taken", true)
    this.#part("before", false)
    this.querySelector("[data-part=taken] [data-sentence]").textContent = text
  }

  #cannot(what) {
    this.#tell(this.querySelector("[data-words]").content.querySelector(`[data-word="${what}"]`)?.textContent ?? "")
  }

  #tell(sentence) {
    this.querySelector("[data-part=problem] [data-sentence]").textContent = sentence
    this.#part("problem", Boolean(sentence))
  }

  #part(name, shown) {
    for (const part of this.querySelectorAll(`[data-part="${name}"]`)) part.hidden = !shown
  }
}

function missing(error, absent, refused) {
  return error.name === "NotFoundError" ? absent : refused
}

customElements.define("teacher-console", TeacherConsole)
