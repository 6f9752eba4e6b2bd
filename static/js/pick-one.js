// <pick-one><form>… <input type="search"> …</form><div data-found>… a[data-pick] …</div></pick-one>:
// finds while one types. Enter opens the only one, or goes to the first of several; there the
// arrows move, a number key opens that one, Escape goes back. Without it the form asks by itself.
const PAUSE_MS = 150

class PickOne extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.input = this.querySelector("input[type=search]")
    this.found = this.querySelector("[data-found]")
    this.said = this.querySelector("[data-said]")
    this.shown = this.input.value.trim()
    this.input.addEventListener("input", () => this.#later())
    this.addEventListener("keydown", this)
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
    this.asked?.abort()
  }

  handleEvent(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return
    const links = this.links
    const at = links.indexOf(document.activeElement)
    const number = /^Digit[1-9]$|^Numpad[1-9]$/.test(event.code) ? Number(event.code.slice(-1)) : 0
    if (event.target === this.input && event.key === "Enter") {
      event.preventDefault()
      this.#choose()
    } else if (event.key === "ArrowDown" && (at >= 0 || event.target === this.input)) {
      event.preventDefault()
      links[Math.min(at + 1, links.length - 1)]?.focus()
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault()
      at ? links[at - 1].focus() : this.input.focus()
    } else if (event.key === "Escape" && at >= 0) {
      this.input.focus()
      this.input.select()
    } else if (number && (at >= 0 || (event.altKey && event.target === this.input))) {
      event.preventDefault()
      links[number - 1]?.click()
    }
  }

  get links() {
    return [...this.found.querySelectorAll("a[data-pick]")]
  }

  #later() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.look(), PAUSE_MS)
  }

  // Never somebody who was not yet on the screen: of several one is chosen by a second key.
  async #choose() {
    if (!this.input.value.trim()) return
    clearTimeout(this.timer)
    if (this.shown !== this.input.value.trim() && !(await this.look())) return this.form.submit()
    const links = this.links
    links.length === 1 ? links[0].click() : links[0]?.focus()
  }

  // True once what is found fits what is typed.
  async look() {
    const text = this.input.value.trim()
    this.asked?.abort()
    this.asked = new AbortController()
    const asked = new URLSearchParams(new FormData(this.form))
    const address = this.form.action.split("?")[0]
    const options = { headers: { "X-Requested-With": "fetch" }, signal: this.asked.signal }
    // People are looked for by POST: no name stands in an address.
    const isPost = this.form.method === "post"
    try {
      const answer = isPost
        ? await fetch(address, { ...options, method: "POST", body: asked })
        : await fetch(`${address}?${asked}`, options)
      if (!answer.ok || answer.redirected) return false
      this.found.innerHTML = await answer.text()
    } catch {
      return false
    }
    this.shown = text
    this.said.textContent = this.found.querySelector("[data-count]")?.textContent ?? ""
    return true
  }
}

customElements.define("pick-one", PickOne)
