// <slip-print next="id" hidden><button>…: the slip's print button, in focus so that Enter prints;
// afterwards the field with that id has it. Hidden where there is no script to do it.
class SlipPrint extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    const button = this.querySelector("button")
    button.addEventListener("click", () => window.print())
    window.addEventListener("afterprint", () => document.getElementById(this.getAttribute("next"))?.focus())
    button.focus({ preventScroll: true })
  }
}

customElements.define("slip-print", SlipPrint)
