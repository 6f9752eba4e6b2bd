// <passkey-button data-ask="create|get" data-options="id of a JSON script">: asks the device for
// a passkey and sends its answer with the form inside. Needs allauth's webauthn-json.js.
class PasskeyButton extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.answer = this.form.elements.credential
    if (!window.webauthnJSON?.supported()) return this.#say("unknown")
    this.form.addEventListener("submit", this)
  }

  async handleEvent(event) {
    event.preventDefault()
    this.#say("")
    const options = JSON.parse(document.getElementById(this.dataset.options).textContent)
    try {
      // As an object: a cancelled answer must not be sent, an old one not twice.
      this.answer.value = JSON.stringify(await window.webauthnJSON[this.dataset.ask](options))
    } catch {
      return this.#say("failed")
    }
    this.form.submit()
  }

  #say(which) {
    for (const said of this.querySelectorAll("[data-said]")) said.hidden = said.dataset.said !== which
  }
}

customElements.define("passkey-button", PasskeyButton)
