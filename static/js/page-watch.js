// <page-watch>…: what is inside is fetched again every two seconds; once the page has no such element it is loaded anew.
// With after="90" the first look comes after so many seconds by the server's clock, spread over two more: a whole school waits for the same moment.
const EVERY_MS = 2000
// A device that slept, a moment that was moved: looked at now and then all the same.
const LONGEST_MS = 300000

class PageWatch extends HTMLElement {
  connectedCallback() {
    document.addEventListener("visibilitychange", this)
    this.wait(this.pause())
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this)
    clearTimeout(this.timer)
  }

  handleEvent() {
    if (!document.hidden) this.wait(0)
  }

  pause() {
    const after = this.getAttribute("after")
    return after === null ? EVERY_MS : Math.min(after * 1000, LONGEST_MS) + Math.random() * EVERY_MS
  }

  wait(ms) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.look(), ms)
  }

  async look() {
    if (document.hidden) return
    const answer = await fetch(location.href).catch(() => null)
    if (!this.isConnected) return
    // A server that is busy is not asked again by everybody at once.
    if (!answer?.ok) return this.wait(EVERY_MS * (1 + Math.random()))
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const now = page.querySelector("page-watch")
    // A page that answered a form has another address: never send the form again.
    if (!now) return location.replace(answer.url)
    this.replaceChildren(...now.childNodes)
    if (now.hasAttribute("after")) this.setAttribute("after", now.getAttribute("after"))
    this.wait(this.pause())
  }
}

customElements.define("page-watch", PageWatch)
