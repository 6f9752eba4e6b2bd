// <sound-check>: plays a few plucked notes, then asks whether they were heard. They come from the
// element that will play the class: the tap unlocks its sound, in WeChat too, and whoever heard
// them hears the class.

const NOTES_HZ = [146.8, 220, 196, 164.8, 146.8] // Re La Sol Mi Re, as on a guqin
const NOTE_S = 0.55

const RATE = 22050
const RINGS_S = 2

// A plucked string (Karplus and Strong): noise in a loop that loses its edge.
function pluck(frequency) {
  const samples = new Float32Array(RATE * RINGS_S)
  const period = Math.round(RATE / frequency)
  for (let i = 0; i < samples.length; i++) {
    samples[i] =
      i < period ? Math.random() * 0.8 - 0.4 : 0.498 * (samples[i - period] + (samples[i - period - 1] ?? 0))
  }
  return samples
}

// The notes one after another, as a WAV file.
function melody() {
  const sum = new Float32Array(RATE * (NOTES_HZ.length * NOTE_S + RINGS_S))
  NOTES_HZ.forEach((frequency, index) => {
    const start = Math.round(index * NOTE_S * RATE)
    pluck(frequency).forEach((sample, i) => (sum[start + i] += sample))
  })
  const sound = Int16Array.from(sum, (sample) => Math.max(-1, Math.min(1, sample)) * 32767)
  const head = new DataView(new ArrayBuffer(44))
  const words = { 0: "RIFF", 8: "WAVE", 12: "fmt ", 36: "data" }
  for (const [at, word] of Object.entries(words)) [...word].forEach((sign, i) => head.setUint8(Number(at) + i, sign.charCodeAt(0)))
  head.setUint32(4, 36 + sound.byteLength, true)
  head.setUint32(16, 16, true)
  head.setUint16(20, 1, true)
  head.setUint16(22, 1, true)
  head.setUint32(24, RATE, true)
  head.setUint32(28, RATE * 2, true)
  head.setUint16(32, 2, true)
  head.setUint16(34, 16, true)
  head.setUint32(40, sound.byteLength, true)
  return new Blob([head, sound], { type: "audio/wav" })
}

class SoundCheck extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-play]").addEventListener("click", () => this.#play())
    for (const answer of this.querySelectorAll("[data-heard]")) {
      answer.addEventListener("click", () => this.#answer(answer.dataset.heard))
    }
  }

  #play() {
    const { video } = this.closest("class-room").querySelector("live-player")
    this.melody ??= URL.createObjectURL(melody())
    video.src = this.melody
    video.muted = false
    // Refused, or the class begins at this moment: the question stands, and "no" helps on.
    video.play().catch(() => {})
    this.querySelector("[data-question]").hidden = false
  }

  #answer(heard) {
    this.querySelector("[data-yes]").hidden = heard !== "yes"
    this.querySelector("[data-no]").hidden = heard === "yes"
    this.dispatchEvent(new CustomEvent("sound-checked", { detail: heard, bubbles: true }))
  }
}

customElements.define("sound-check", SoundCheck)
