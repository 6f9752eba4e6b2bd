// <plan-check><form>…: while a class is typed, says at once what it would clash with ([data-clashes]).
// Without it the form's own button asks the same.
const WATCHED = ["person", "pick", "weekday", "starts_at_time", "minutes", "room", "teaching_point", "mode"]
const PAUSE_MS = 400

class PlanCheck extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
    clearTimeout(this.timer)
  }

  handleEvent(event) {
    if (!WATCHED.includes(event.target.name)) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.look(), PAUSE_MS)
  }

  async look() {
    const body = new FormData(this.querySelector("form"))
    body.set("check", "1")
    // Of two answers under way the later question counts.
    const asked = (this.asked = Symbol("asked"))
    const headers = { "X-Requested-With": "fetch" }
    const answer = await fetch(location.href, { method: "POST", body, headers }).catch(() => null)
    if (!answer?.ok || asked !== this.asked) return
    const found = new DOMParser().parseFromString(await answer.text(), "text/html")
    this.querySelector("[data-clashes]").replaceChildren(...found.body.childNodes)
  }
}

customElements.define("plan-check", PlanCheck)
