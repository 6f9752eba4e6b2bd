// <teacher-console>: try the devices, begin, teach, end.
import "./message-list.js";
import { RoomLine, post, randomName } from "./room-line.js";
import { Studio } from "./studio.js";
import { Upstream, canRecord } from "./upstream.js";

const METER_MS = 100
const ASK_WHO_MS = 8000

class TeacherConsole extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.messages = this.querySelector("message-list")
    for (const event of this.facts.happened) if (event.kind === "message") this.messages.add(event)
    this.addEventListener("click", ({ target }) => this.#press(target.closest("[data-act]")))
    this.querySelector("[data-files]")?.addEventListener("change", ({ target }) => this.#pictures(target.files))
    this.querySelector("[data-end]")?.addEventListener("submit", (event) => this.#end(event))
    this.querySelector("[data-say]")?.addEventListener("submit", (event) => this.#say(event))
    if (this.facts.state !== "ended") this.#open()
  }

  disconnectedCallback() {
    clearInterval(this.meter)
    clearInterval(this.asking)
    this.line?.stop()
  }

  async #open() {
    this.line = new RoomLine({
      ...this.facts.line,
      device: randomName(),
      onEvent: (event) => this.#happened(event),
      onLine: () => {},
      onRefused: ({ text }) => this.#tell(text),
    })
    this.line.start()
    this.asking = setInterval(() => this.#askWho(), ASK_WHO_MS)
    this.#askWho()
    if (!navigator.mediaDevices?.getUserMedia || !canRecord()) return this.#cannot("unsupported")
    this.studio = new Studio({
      title: this.dataset.title,
      ticker: this.dataset.ticker,
      onEnded: (what) => this.#cannot(`${what}Ended`),
    })
    this.querySelector("[data-picture]").replaceWith(this.studio.canvas)
    this.studio.canvas.className = "stage__video"
    this.studio.canvas.setAttribute("role", "img")
    this.studio.canvas.setAttribute("aria-label", this.dataset.pictureLabel)
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
      await this.studio.openMicrophone()
      this.ready = true
    } catch (error) {
      this.#cannot(error.name === "NotFoundError" ? "noMicrophone" : "microphoneRefused")
    }
    if (this.ready) {
      await this.studio.openCamera().catch((error) => {
        this.#cannot(error.name === "NotFoundError" ? "noCamera" : "cameraRefused")
      })
    }
    this.#showSource()
    this.#part("retry", !this.ready)
    for (const button of this.querySelectorAll("[data-act=begin]")) button.disabled = !this.ready
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

  camera() {
    return this.#switch("camera", () => this.studio.openCamera(), "cameraRefused")
  }

  screen() {
    return this.#switch("screen", () => this.studio.openScreen(), "screenRefused")
  }

  card() {
    this.studio.show("card")
    this.#showSource()
  }

  next() {
    this.studio.turn(1)
    this.#showSource()
  }

  back() {
    this.studio.turn(-1)
    this.#showSource()
  }

  mute(button) {
    const muted = button.getAttribute("aria-pressed") !== "true"
    this.studio.isMuted = muted
    button.setAttribute("aria-pressed", String(muted))
    button.querySelector("[data-label]").textContent = muted ? button.dataset.off : button.dataset.on
  }

  async pause(button) {
    const paused = button.getAttribute("aria-pressed") !== "true"
    const { ok } = await post(`${this.facts.base}pause/`, { paused: paused ? "1" : "0" })
    if (ok) this.#paused(paused)
  }

  async lower(button) {
    await post(`${this.facts.base}hand/`, { person: button.value })
    this.#askWho()
  }

  #press(button) {
    if (button && !button.disabled) this[button.dataset.act]?.(button)
  }

  async #switch(source, open, problem) {
    if (source === "screen" || !this.studio.has(source)) {
      await open().catch(() => this.#cannot(problem))
    } else {
      this.studio.show(source)
    }
    this.#showSource()
  }

  async #pictures(files) {
    await this.studio.openPictures(files).catch(() => this.#cannot("badPicture"))
    this.#showSource()
  }

  #showSource() {
    for (const button of this.querySelectorAll("[data-source]")) {
      button.setAttribute("aria-pressed", String(button.dataset.source === this.studio.source))
    }
    const { number, of } = this.studio.page
    this.#part("pager", of > 0)
    this.querySelector("[data-page]").textContent = `${number} / ${of}`
  }

  #showLevel() {
    const bars = this.querySelectorAll(".light__level rect")
    const lit = Math.round(this.studio.level * bars.length)
    bars.forEach((bar, index) => bar.classList.toggle("light__on", index < lit))
  }

  #onAir(state) {
    this.dataset.air = state
    this.#part("before", state === "off")
    this.#part("on-air", state !== "off")
    this.#part("reconnecting", state === "reconnecting")
    if (state === "on") this.#tell("")
  }

  #happened(event) {
    if (event.kind === "message") this.messages.add(event)
    if (event.kind === "paused") this.#paused(event.paused)
    if (["hand_up", "hand_down", "no_sound"].includes(event.kind)) this.#askWho()
    if (event.kind === "state" && event.state === "ended" && !this.ending) location.reload()
  }

  #paused(paused) {
    const button = this.querySelector("[data-act=pause]")
    button.setAttribute("aria-pressed", String(paused))
    button.textContent = paused ? button.dataset.resume : button.dataset.pause
  }

  async #askWho() {
    const response = await fetch(`${this.facts.base}here/`).catch(() => null)
    if (!response?.ok) return
    // Our own server's fragment, rendered and escaped there.
    this.querySelector("[data-here]").innerHTML = await response.text()
  }

  async #say(event) {
    event.preventDefault()
    const { text } = event.target.elements
    const answer = await post(`${this.facts.base}messages/`, { text: text.value, client_id: randomName() })
    if (answer.ok) event.target.reset()
    else this.#tell(answer.error ?? this.dataset.offline)
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

customElements.define("teacher-console", TeacherConsole)
