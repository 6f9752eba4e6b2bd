// Before the teacher's page runs: its camera films a clock. Forty black and white squares say
// when they were drawn: 32 bits of milliseconds and 8 of a checksum, large enough for H.264.
{
  const [WIDTH, HEIGHT, COLUMNS, ROWS, FRAMES_PER_S] = [1280, 720, 8, 5, 30]

  const bytesOf = (ms) => {
    const bytes = [24, 16, 8, 0].map((shift) => (ms >>> shift) & 255)
    return [...bytes, bytes.reduce((sum, byte) => sum + byte, 90) & 255]
  }

  const filmed = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT })
    const pen = canvas.getContext("2d", { alpha: false })
    const draw = () =>
      bytesOf(Date.now() % 2 ** 32).forEach((byte, row) => {
        for (let column = 0; column < COLUMNS; column++) {
          pen.fillStyle = (byte >> (7 - column)) & 1 ? "#fff" : "#000"
          pen.fillRect((column * WIDTH) / COLUMNS, (row * HEIGHT) / ROWS, WIDTH / COLUMNS, HEIGHT / ROWS)
        }
      })
    draw()
    setInterval(draw, 1000 / FRAMES_PER_S)
    return canvas.captureStream(FRAMES_PER_S)
  }

  const devices = navigator.mediaDevices
  const openDevices = devices.getUserMedia.bind(devices)
  devices.getUserMedia = async ({ video, audio }) => {
    const stream = audio ? await openDevices({ audio }) : new MediaStream()
    if (video) stream.addTrack(filmed().getVideoTracks()[0])
    return stream
  }
}
