// <practice-room>: the teacher records ten seconds through the recorder of the class and sees and
// hears them. Nothing leaves this page. Its `studio` is set by <teacher-console>.
import { recorderOf } from "./recorder.js";

const SECONDS = 10

class PracticeRoom extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog")
    this.video = this.querySelector("video")
    this.querySelector("[data-open]").addEventListener("click", () => this.#open())
    this.querySelector("[data-again]").addEventListener("click", () => this.#record())
    this.querySelector("[data-close]").addEventListener("click", () => this.dialog.close())
    this.dialog.addEventListener("close", () => this.#forget())
  }

  disconnectedCallback() {
    this.#forget()
  }

  #open() {
    this.dialog.showModal()
    this.#record()
  }

  #record() {
    this.#forget()
    const chunks = []
    const recorder = (this.recorder = recorderOf(this.studio.stream))
    recorder.ondataavailable = ({ data }) => chunks.push(data)
    recorder.onstop = () => recorder === this.recorder && this.#play(new Blob(chunks, { type: recorder.mimeType }))
    recorder.start()
    this.#show("recording")
    this.#count(SECONDS)
  }

  #count(left) {
    this.querySelector("[data-left]").textContent = left
    if (!left) return this.recorder.stop()
    this.clock = setTimeout(() => this.#count(left - 1), 1000)
  }

  #play(blob) {
    this.video.src = URL.createObjectURL(blob)
    this.#show("playing")
    this.querySelector("[data-again]").focus()
    this.video.play().catch(() => {})
  }

  #forget() {
    clearTimeout(this.clock)
    const recorder = this.recorder
    this.recorder = null
    if (recorder?.state === "recording") recorder.stop()
    if (this.video.src) URL.revokeObjectURL(this.video.src)
    this.video.removeAttribute("src")
    this.video.load()
  }

  #show(name) {
    for (const part of this.querySelectorAll("[data-practice]")) part.hidden = part.dataset.practice !== name
  }
}

customElements.define("practice-room", PracticeRoom)
