// <phrase-list for hidden>…<button>: a press adds the button's words at the end of the field.
class PhraseList extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.addEventListener("click", this)
  }

  handleEvent(event) {
    const button = event.target.closest("button")
    const field = document.getElementById(this.getAttribute("for"))
    if (!button || !field) return
    const gap = field.value && !field.value.endsWith("\n") ? "\n" : ""
    field.value += gap + button.textContent.trim()
    field.dispatchEvent(new Event("input", { bubbles: true }))
    field.focus()
  }
}

customElements.define("phrase-list", PhraseList)
