// <start-clock in="540000" data-minutes data-minute data-now>: how long until the class, in words.
// No seconds: nobody is hurried.

const LOOK_MS = 15000

class StartClock extends HTMLElement {
  connectedCallback() {
    this.startsAt = performance.now() + Number(this.getAttribute("in"))
    this.timer = setInterval(() => this.#show(), LOOK_MS)
    this.#show()
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }

  #show() {
    const minutes = Math.ceil((this.startsAt - performance.now()) / 60000)
    const { now, minute, minutes: many } = this.dataset
    const sentence = minutes < 1 ? now : minutes === 1 ? minute : many.replace("#", minutes)
    if (this.textContent !== sentence) this.textContent = sentence
  }
}

customElements.define("start-clock", StartClock)
