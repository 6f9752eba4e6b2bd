// <message-list>: the last few things said, newest at the bottom. Text stays text.

export class MessageList extends HTMLElement {
  connectedCallback() {
    this.most = Number(this.dataset.most ?? 8)
  }

  add({ number, name, text, teacher }) {
    const item = this.querySelector("template").content.cloneNode(true).firstElementChild
    item.id = `message-${number}`
    item.querySelector("[data-name]").textContent = name
    item.querySelector("[data-teacher]").hidden = !teacher
    item.querySelector("[data-text]").textContent = text
    const list = this.querySelector("ul")
    list.append(item)
    while (list.children.length > this.most) list.firstElementChild.remove()
    this.querySelector("[data-none]")?.remove()
  }
}

customElements.define("message-list", MessageList)
