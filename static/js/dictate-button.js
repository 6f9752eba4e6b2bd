// <dictate-button for stop hidden><button>…: what is said is written into the field; shown only where the browser can listen.
const Listener = window.SpeechRecognition || window.webkitSpeechRecognition

class DictateButton extends HTMLElement {
  connectedCallback() {
    if (!Listener) return
    this.hidden = false
    this.words = this.querySelector("span:last-of-type")
    this.begin = this.words.textContent
    this.querySelector("button").addEventListener("click", this)
  }

  disconnectedCallback() {
    this.listener?.abort()
  }

  handleEvent() {
    if (this.listener) return this.listener.stop()
    this.listener = new Listener()
    this.listener.lang = "zh-CN"
    this.listener.continuous = true
    this.listener.onresult = event => this.write(event)
    this.listener.onend = () => this.end()
    this.listener.onerror = () => this.end()
    this.listener.start()
    this.words.textContent = this.getAttribute("stop")
  }

  write(event) {
    const field = document.getElementById(this.getAttribute("for"))
    for (const result of [...event.results].slice(event.resultIndex)) {
      if (result.isFinal) field.value += result[0].transcript
    }
    field.dispatchEvent(new Event("input", { bubbles: true }))
  }

  end() {
    this.listener = null
    this.words.textContent = this.begin
  }
}

customElements.define("dictate-button", DictateButton)
