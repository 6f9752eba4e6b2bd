// <voice-note>: a question spoken instead of written, a minute at most. What was recorded can be
// heard before it is sent, and recorded anew.

import { randomName } from "./sending.js";

const LONGEST_MS = 60000
const SHORTEST_MS = 700
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"]

class VoiceNote extends HTMLElement {
  connectedCallback() {
    this.hidden = !navigator.mediaDevices?.getUserMedia || !window.MediaRecorder
    this.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-voice]")?.dataset.voice
      if (act) this[act]?.()
    })
  }

  disconnectedCallback() {
    this.#release()
  }

  async begin() {
    let stream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
    } catch (error) {
      return this.#say(error.name === "NotFoundError" ? this.dataset.none : this.dataset.refused)
    }
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind))
    this.recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32000 })
    const pieces = []
    const began = performance.now()
    this.recorder.ondataavailable = ({ data }) => pieces.push(data)
    this.recorder.onstop = () => {
      this.#release()
      if (performance.now() - began < SHORTEST_MS) return this.#rest(this.dataset.short)
      this.#ready(new Blob(pieces, { type: this.recorder.mimeType }))
    }
    this.recorder.start()
    this.timer = setTimeout(() => this.end(this.dataset.full), LONGEST_MS)
    this.#show("end")
    this.#say(this.dataset.going)
  }

  end(sentence = "") {
    clearTimeout(this.timer)
    this.#say(sentence)
    if (this.recorder?.state === "recording") this.recorder.stop()
  }

  again() {
    this.#rest("")
    this.begin()
  }

  // It keeps its name until it is through: pressed twice, it is said once.
  async send() {
    const room = this.closest("class-room")
    const answer = await room.send("voices", { sound: this.sound, client_id: this.name })
    if (!answer.ok) return
    this.#rest(this.dataset.sent)
    this.dispatchEvent(new CustomEvent("voice-sent", { bubbles: true }))
  }

  #ready(sound) {
    this.sound = sound
    this.name = randomName()
    const heard = this.querySelector("[data-heard]")
    URL.revokeObjectURL(heard.src)
    heard.src = URL.createObjectURL(sound)
    this.#show("ready")
    this.querySelector("[data-voice=send]").focus()
  }

  #rest(sentence) {
    const heard = this.querySelector("[data-heard]")
    URL.revokeObjectURL(heard.src)
    heard.removeAttribute("src")
    this.sound = null
    this.#show("begin")
    this.#say(sentence)
  }

  // One thing at a time: begin, end, or what to do with what was recorded.
  #show(what) {
    this.querySelector("[data-voice=begin]").hidden = what !== "begin"
    const end = this.querySelector("[data-voice=end]")
    end.hidden = what !== "end"
    if (what === "end") end.focus()
    this.querySelector("[data-ready]").hidden = what !== "ready"
  }

  // The light of the microphone goes out with the recording.
  #release() {
    clearTimeout(this.timer)
    this.recorder?.stream.getTracks().forEach((track) => track.stop())
  }

  #say(sentence) {
    this.querySelector("[data-said]").textContent = sentence
  }
}

customElements.define("voice-note", VoiceNote)
