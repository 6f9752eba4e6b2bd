// Studio: what goes out. One canvas (camera, screen, a picture, or the title card) and one mix of
// sound, so that switching never starts a new recording.

const WIDTH = 1280
const HEIGHT = 720
const FRAMES_PER_S = 25

export class Studio {
  source = "card"
  #videos = { camera: null, screen: null }
  #pictures = []
  #page = 0
  #muted = false

  constructor({ title, ticker, onEnded }) {
    Object.assign(this, { title, onEnded })
    this.canvas = document.createElement("canvas")
    this.canvas.width = WIDTH
    this.canvas.height = HEIGHT
    this.pen = this.canvas.getContext("2d", { alpha: false })
    // A canvas that does not change sends no frames: draw on every tick.
    this.clock = new Worker(ticker)
    this.clock.onmessage = () => this.#draw()
    this.clock.postMessage(1000 / FRAMES_PER_S)
  }

  // The microphone. Rejects with the browser's error (NotAllowedError, NotFoundError …).
  async openMicrophone() {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    })
    this.sound ??= new AudioContext()
    await this.sound.resume()
    this.mix ??= this.sound.createMediaStreamDestination()
    this.meter ??= this.sound.createAnalyser()
    this.microphone?.disconnect()
    this.microphone = this.sound.createMediaStreamSource(stream)
    this.microphone.connect(this.meter)
    this.microphone.connect(this.mix)
    this.voice = stream.getAudioTracks()[0]
    this.voice.enabled = !this.#muted
    this.voice.onended = () => this.onEnded("microphone")
  }

  async openCamera() {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: FRAMES_PER_S } },
    })
    await this.#watch("camera", stream)
  }

  async openScreen() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 } })
    await this.#watch("screen", stream)
  }

  // Slides as pictures, from the teacher's own files; nothing is uploaded but the picture drawn.
  async openPictures(files) {
    const opened = await Promise.all([...files].map((file) => createImageBitmap(file)))
    if (!opened.length) return
    this.#pictures = opened
    this.#page = 0
    this.source = "pictures"
  }

  turn(step) {
    this.#page = Math.min(Math.max(this.#page + step, 0), this.#pictures.length - 1)
  }

  get page() {
    return { number: this.#page + 1, of: this.#pictures.length }
  }

  has(source) {
    if (source === "card") return true
    return source === "pictures" ? this.#pictures.length > 0 : Boolean(this.#videos[source])
  }

  show(source) {
    if (this.has(source)) this.source = source
  }

  set isMuted(muted) {
    this.#muted = muted
    if (this.voice) this.voice.enabled = !muted
  }

  // How loud it is now, 0 to 1.
  get level() {
    if (!this.meter) return 0
    const samples = new Float32Array(this.meter.fftSize)
    this.meter.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    return Math.min(Math.sqrt(power) * 6, 1)
  }

  // The stream to record: the canvas and the mix.
  get stream() {
    const tracks = this.canvas.captureStream(FRAMES_PER_S).getVideoTracks()
    return new MediaStream([...tracks, ...this.mix.stream.getAudioTracks()])
  }

  async #watch(name, stream) {
    const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: stream })
    await video.play()
    this.#videos[name]?.srcObject.getTracks().forEach((track) => track.stop())
    this.#videos[name] = video
    stream.getVideoTracks()[0].onended = () => this.#ended(name)
    this.source = name
  }

  #ended(name) {
    this.#videos[name] = null
    if (this.source === name) this.source = this.has("camera") ? "camera" : "card"
    this.onEnded(name)
  }

  #draw() {
    const { pen } = this
    pen.fillStyle = "#14110d"
    pen.fillRect(0, 0, WIDTH, HEIGHT)
    if (this.source === "card") return this.#drawCard()
    const what = this.source === "pictures" ? this.#pictures[this.#page] : this.#videos[this.source]
    const width = what.videoWidth ?? what.width
    const height = what.videoHeight ?? what.height
    if (!width) return
    const scale = Math.min(WIDTH / width, HEIGHT / height)
    const [w, h] = [width * scale, height * scale]
    pen.drawImage(what, (WIDTH - w) / 2, (HEIGHT - h) / 2, w, h)
  }

  #drawCard() {
    const { pen } = this
    pen.fillStyle = "#f7f2e7"
    pen.fillRect(0, 0, WIDTH, HEIGHT)
    pen.fillStyle = "#1d1914"
    pen.textAlign = "center"
    pen.textBaseline = "middle"
    pen.font = '700 84px "PingFang SC", "Noto Sans SC", "Microsoft YaHei", sans-serif'
    pen.fillText(this.title, WIDTH / 2, HEIGHT / 2, WIDTH * 0.9)
  }
}
