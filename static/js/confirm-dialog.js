// <confirm-dialog><a data-open>…<dialog>…: opens the question over the page, the safe answer in focus.
// Without it the link's address (#id) opens the same dialog as a part of the page.
class ConfirmDialog extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog")
    this.opener = this.querySelector("[data-open]")
    // Web views before Chromium 37 and Safari before 15.4 know no dialog.
    if (!this.dialog.showModal) return
    this.opener.setAttribute("role", "button")
    this.opener.setAttribute("aria-haspopup", "dialog")
    this.addEventListener("click", this)
    this.opener.addEventListener("keydown", this)
    this.dialog.addEventListener("close", () => this.opener.focus())
  }

  handleEvent(event) {
    if (event.type === "keydown" && event.key !== " ") return
    if (event.target.closest("[data-open]")) {
      event.preventDefault()
      this.dialog.showModal()
      this.dialog.querySelector("[data-close]").focus()
    } else if (event.target.closest("[data-close]")) {
      event.preventDefault()
      this.dialog.close()
    }
  }
}

customElements.define("confirm-dialog", ConfirmDialog)
