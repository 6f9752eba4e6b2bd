// <print-button hidden><button>…: prints the page; hidden where there is no script to do it.
class PrintButton extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.addEventListener("click", () => window.print())
  }
}

customElements.define("print-button", PrintButton)
