// Mix: the one sound that goes out: the teacher's microphone, and the voice of a learner who has
// the floor. Switching a microphone changes no recording.

export class Mix {
  #muted = false

  constructor({ onEnded }) {
    this.onEnded = onEnded
  }

  // Rejects with the browser's error (NotAllowedError, NotFoundError …).
  async openMicrophone(device) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(device && { deviceId: { exact: device } }),
      },
    })
    this.sound ??= new AudioContext()
    await this.sound.resume()
    this.out ??= this.sound.createMediaStreamDestination()
    this.own ??= this.sound.createMediaStreamDestination()
    this.meter ??= this.sound.createAnalyser()
    this.microphone?.disconnect()
    this.track?.stop()
    this.microphone = this.sound.createMediaStreamSource(stream)
    for (const node of [this.meter, this.out, this.own]) this.microphone.connect(node)
    this.track = stream.getAudioTracks()[0]
    this.track.enabled = !this.#muted
    this.track.onended = () => this.onEnded("microphone")
  }

  // Take a learner's voice into the sound that goes out, and let the teacher hear it.
  addVoice(stream) {
    this.removeVoice()
    // Chromium gives silence to the mix unless the stream also plays in an element.
    this.element = Object.assign(new Audio(), { srcObject: stream, muted: true })
    this.element.play().catch(() => {})
    this.voice = this.sound.createMediaStreamSource(stream)
    this.voice.connect(this.out)
    this.voice.connect(this.sound.destination)
  }

  removeVoice() {
    this.voice?.disconnect()
    this.voice = null
    if (this.element) this.element.srcObject = null
    this.element = null
  }

  // The teacher alone, never the mix: a learner who heard the own voice back would stumble.
  get teacher() {
    return this.own.stream.getAudioTracks()[0]
  }

  get tracks() {
    return this.out?.stream.getAudioTracks() ?? []
  }

  set isMuted(muted) {
    this.#muted = muted
    if (this.track) this.track.enabled = !muted
  }

  // How loud it is now, 0 to 1.
  get level() {
    if (!this.meter) return 0
    const samples = new Float32Array(this.meter.fftSize)
    this.meter.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    return Math.min(Math.sqrt(power) * 6, 1)
  }
}
