// Studio: what goes out. One canvas (camera, phone, screen, slides, or the title card) and one mix of
// sound, so that switching never starts a new recording.
import { HEIGHT, WIDTH, drawPicture } from "./easel.js";
import { Mix } from "./mix.js";

const FRAMES_PER_S = 25

export class Studio {
  source = "card"
  // The teacher small beside the slides, the screen or the phone.
  isInset = false
  #videos = { camera: null, phone: null, screen: null }
  #slide = null

  constructor({ title, ticker, onEnded }) {
    Object.assign(this, { title, onEnded })
    this.mix = new Mix({ onEnded })
    this.canvas = document.createElement("canvas")
    this.canvas.width = WIDTH
    this.canvas.height = HEIGHT
    this.pen = this.canvas.getContext("2d", { alpha: false })
    // A canvas that does not change sends no frames: draw on every tick.
    this.clock = new Worker(ticker)
    this.clock.onmessage = () => this.#draw()
    this.clock.postMessage(1000 / FRAMES_PER_S)
  }

  async openCamera(device) {
    const wish = { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: FRAMES_PER_S } }
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { ...wish, ...(device && { deviceId: { exact: device } }) },
    })
    await this.#watch("camera", stream)
  }

  async openScreen() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 } })
    await this.#watch("screen", stream)
  }

  async openPhone(stream) {
    await this.#watch("phone", stream)
  }

  // The phone's line is lost: its last picture must not stand for it.
  closePhone() {
    if (this.#videos.phone) this.#ended("phone")
  }

  // One page of slides, as a picture that can be drawn.
  showSlide(picture) {
    this.#slide = picture
    this.source = "slides"
  }

  has(source) {
    if (source === "card") return true
    return Boolean(source === "slides" ? this.#slide : this.#videos[source])
  }

  show(source) {
    if (this.has(source)) this.source = source
  }

  // The camera in use, for the list of devices.
  get camera() {
    return this.#videos.camera?.srcObject.getVideoTracks()[0]
  }

  // The stream to record: the canvas and the mix.
  get stream() {
    const tracks = this.canvas.captureStream(FRAMES_PER_S).getVideoTracks()
    return new MediaStream([...tracks, ...this.mix.tracks])
  }

  async #watch(name, stream) {
    const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: stream })
    await video.play()
    this.#videos[name]?.srcObject.getTracks().forEach((track) => track.stop())
    this.#videos[name] = video
    stream.getVideoTracks()[0].onended = () => video === this.#videos[name] && this.#ended(name)
    this.source = name
  }

  #ended(name) {
    this.#videos[name] = null
    if (this.source === name) this.source = this.has("camera") ? "camera" : "card"
    this.onEnded(name)
  }

  #draw() {
    const what = this.source === "slides" ? this.#slide : this.#videos[this.source]
    const inset = this.isInset && this.source !== "camera" ? this.#videos.camera : null
    drawPicture(this.pen, { what, inset, title: this.title })
  }
}
