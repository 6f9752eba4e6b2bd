// <keep-writing saved failed><form>…: stores what is written, a few seconds after the last key, by the form's own address.
// A page that was overtaken by another is told so, and keeps what was typed until it is saved by hand.
const AFTER_MS = 4000

class KeepWriting extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.addEventListener("input", this)
    this.form.addEventListener("submit", () => this.stop())
    document.addEventListener("submit", (event) => this.storeFirst(event))
    addEventListener("pagehide", () => this.pending && this.store({ keepalive: true }))
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
  }

  stop() {
    clearTimeout(this.timer)
    this.pending = false
    this.stopped = true
  }

  handleEvent() {
    if (this.stopped) return
    this.pending = true
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.store(), AFTER_MS)
  }

  // Another form of the same page locks what was stored: what is written goes first, or it would be lost.
  async storeFirst(event) {
    const { target, submitter } = event
    if (!(this.pending || this.storing) || target === this.form || !target.elements.seen_at) return
    event.preventDefault()
    await this.storing
    if (this.pending) await this.store()
    if (this.pending) this.querySelector("[data-state]").scrollIntoView({ block: "center" })
    else target.requestSubmit(submitter)
  }

  store(how) {
    if (this.storing) return this.handleEvent()
    clearTimeout(this.timer)
    this.pending = false
    this.storing = this.send(how)
    return this.storing
  }

  async send(how) {
    const body = new FormData(this.form)
    body.set("autosave", "1")
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, redirect: "error", ...how })
      if (!answer.ok) throw answer
      this.form.elements.seen_at.value = (await answer.json()).seen_at
      for (const other of document.querySelectorAll("input[name=seen_at]")) other.value = this.form.elements.seen_at.value
      this.say(this.getAttribute("saved"))
    } catch {
      this.pending = true
      this.say(this.getAttribute("failed"))
    } finally {
      this.storing = null
    }
  }

  say(words) {
    this.querySelector("[data-state]").textContent = words
  }
}

customElements.define("keep-writing", KeepWriting)
