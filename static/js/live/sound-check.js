// <sound-check>: plays a few plucked notes, then asks whether they were heard. The tap also
// unlocks sound for the whole page, so the class begins aloud without another one.

const NOTES_HZ = [146.8, 220, 196, 164.8, 146.8] // Re La Sol Mi Re, as on a guqin
const NOTE_S = 0.55

// A plucked string (Karplus and Strong): noise in a loop that loses its edge.
function pluck(context, frequency, seconds) {
  const rate = context.sampleRate
  const buffer = context.createBuffer(1, rate * seconds, rate)
  const samples = buffer.getChannelData(0)
  const period = Math.round(rate / frequency)
  for (let i = 0; i < samples.length; i++) {
    samples[i] =
      i < period ? Math.random() * 0.8 - 0.4 : 0.498 * (samples[i - period] + (samples[i - period - 1] ?? 0))
  }
  return buffer
}

class SoundCheck extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-play]").addEventListener("click", () => this.#play())
    for (const answer of this.querySelectorAll("[data-heard]")) {
      answer.addEventListener("click", () => this.#answer(answer.dataset.heard))
    }
  }

  #play() {
    this.context ??= new AudioContext()
    this.context.resume()
    NOTES_HZ.forEach((frequency, index) => {
      const note = this.context.createBufferSource()
      note.buffer = pluck(this.context, frequency, 2)
      note.connect(this.context.destination)
      note.start(this.context.currentTime + index * NOTE_S)
    })
    this.querySelector("[data-question]").hidden = false
  }

  #answer(heard) {
    this.querySelector("[data-yes]").hidden = heard !== "yes"
    this.querySelector("[data-no]").hidden = heard === "yes"
    this.dispatchEvent(new CustomEvent("sound-checked", { detail: heard, bubbles: true }))
  }
}

customElements.define("sound-check", SoundCheck)
