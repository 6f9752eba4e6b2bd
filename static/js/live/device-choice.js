// <device-choice>: which camera and which microphone, where there are several. Its `studio` is set by
// <teacher-console>. Sends "choice-problem" with the name of a sentence.

class DeviceChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => this.#use(target.dataset.kind, target.value))
    navigator.mediaDevices?.addEventListener("devicechange", () => this.studio && this.show())
  }

  // Names are known only after the browser allowed the devices.
  async show() {
    const all = await navigator.mediaDevices.enumerateDevices()
    const used = [this.studio.mix.track, this.studio.camera].map((track) => track?.getSettings().deviceId)
    for (const select of this.querySelectorAll("select")) {
      const devices = all.filter(({ kind, deviceId }) => kind === select.dataset.kind && deviceId)
      select.replaceChildren(
        ...devices.map(({ deviceId, label }) => new Option(label || deviceId.slice(0, 6), deviceId, false, used.includes(deviceId))),
      )
      select.closest("[data-device]").hidden = devices.length < 2
    }
    this.hidden = [...this.querySelectorAll("[data-device]")].every((part) => part.hidden)
  }

  async #use(kind, device) {
    const { studio } = this
    const before = studio.source
    try {
      if (kind === "audioinput") await studio.mix.openMicrophone(device)
      else await studio.openCamera(device)
      if (before !== "card") studio.show(before)
    } catch {
      const detail = kind === "audioinput" ? "microphoneRefused" : "cameraRefused"
      this.dispatchEvent(new CustomEvent("choice-problem", { detail, bubbles: true }))
    }
  }
}

customElements.define("device-choice", DeviceChoice)
