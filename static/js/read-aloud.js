// <read-aloud of="id" hidden>: reads that element aloud, sentence by sentence, with the browser's voice;
// play, pause and stop. Says so in words where there is no voice. Hidden where there is no script.
const SENTENCE = /[^。！？；!?;\n]+[。！？；!?;]*/g
const CHINESE = /[\u4e00-\u9fff]/
const BLOCKS = "h1, h2, h3, h4, p, li, dt, dd, th, td, figcaption, blockquote"
// Chromium hands its voices over late or never; after this we stop waiting for them.
const PATIENCE_MS = 1500

class ReadAloud extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.play = this.querySelector('[data-do="play"]')
    this.words = this.querySelector("[data-words]")
    this.stopButton = this.querySelector('[data-do="stop"]')
    this.none = this.querySelector("[data-none]")
    this.play.addEventListener("click", () => this.#toggle())
    this.stopButton.addEventListener("click", () => this.stop())
    this.leave = () => this.stop()
    window.addEventListener("pagehide", this.leave)
    this.stop()
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.leave)
    this.stop()
  }

  stop() {
    this.run = undefined
    this.sentences = []
    window.speechSynthesis?.cancel()
    this.#show("play")
  }

  async #toggle() {
    if (this.state === "pause") return this.#pause()
    if (this.state === "resume") return this.#speak()
    const sentences = sentencesOf(document.getElementById(this.getAttribute("of")))
    this.voice = await voiceFor(sentences.join(""))
    this.none.hidden = Boolean(this.voice)
    if (!this.voice) return
    this.sentences = sentences
    this.#speak()
  }

  // Pausing in the middle of an utterance never comes back on Android: stop it, keep the sentence.
  #pause() {
    this.run = undefined
    speechSynthesis.cancel()
    this.#show("resume")
  }

  #speak() {
    const run = (this.run = Symbol())
    const sentence = this.sentences[0]
    if (sentence === undefined) return this.stop()
    const utterance = new SpeechSynthesisUtterance(sentence)
    utterance.voice = this.voice
    utterance.lang = this.voice.lang
    utterance.rate = 0.9
    utterance.onend = () => {
      if (this.run !== run) return
      this.sentences.shift()
      this.#speak()
    }
    utterance.onerror = () => {
      if (this.run !== run) return
      this.stop()
      this.none.hidden = false
    }
    speechSynthesis.speak(utterance)
    this.#show("pause")
  }

  #show(state) {
    this.state = state
    this.words.textContent = this.words.dataset[state]
    this.stopButton.hidden = state === "play"
  }
}

// An English page may hold a Chinese article: what the text is written in decides.
function voiceFor(text) {
  if (!window.speechSynthesis) return
  const language = CHINESE.test(text) ? "zh" : document.documentElement.lang.slice(0, 2)
  const find = () => speechSynthesis.getVoices().find((voice) => voice.lang.startsWith(language))
  return find() ?? new Promise((resolve) => {
    const done = () => resolve(find())
    speechSynthesis.addEventListener("voiceschanged", done, { once: true })
    setTimeout(done, PATIENCE_MS)
  })
}

function sentencesOf(element) {
  const blocks = [...element.querySelectorAll(BLOCKS)].filter(
    (block) => !block.querySelector(BLOCKS) && !block.closest("[hidden], [aria-hidden=true], read-aloud, form"),
  )
  const texts = blocks.length ? blocks : [element]
  return texts
    .flatMap((block) => block.textContent.replace(/\s+/g, " ").match(SENTENCE) ?? [])
    .map((sentence) => sentence.trim())
    .filter(Boolean)
}

customElements.define("read-aloud", ReadAloud)
