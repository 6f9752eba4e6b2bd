// <keep-writing saved failed><form>…: stores what is written, a few seconds after the last key, by the form's own address.
// A page that was overtaken by another is told so, and keeps what was typed until it is saved by hand.
const AFTER_MS = 4000

class KeepWriting extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.addEventListener("input", this)
    this.form.addEventListener("submit", () => this.stop())
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
  }

  stop() {
    clearTimeout(this.timer)
    this.stopped = true
  }

  handleEvent() {
    if (this.stopped) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.store(), AFTER_MS)
  }

  async store() {
    if (this.storing) return this.handleEvent()
    const body = new FormData(this.form)
    body.set("autosave", "1")
    this.storing = true
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, redirect: "error" })
      if (!answer.ok) throw answer
      this.form.elements.seen_at.value = (await answer.json()).seen_at
      for (const other of document.querySelectorAll("input[name=seen_at]")) other.value = this.form.elements.seen_at.value
      this.say(this.getAttribute("saved"))
    } catch {
      this.say(this.getAttribute("failed"))
    } finally {
      this.storing = false
    }
  }

  say(words) {
    this.querySelector("[data-state]").textContent = words
  }
}

customElements.define("keep-writing", KeepWriting)
