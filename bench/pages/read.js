// Before a learner's page runs: `readClock(seconds)` resolves, that long after the first
// picture, with the moment of that picture and the age of every picture shown, in ms.
{
  const [WIDTH, HEIGHT, COLUMNS, ROWS] = [160, 90, 8, 5]
  const NEVER_MS = 60000
  const pen = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT }).getContext("2d", {
    willReadFrequently: true,
  })

  // The moment that the picture shows, or null where its checksum is wrong.
  const momentIn = (video) => {
    pen.drawImage(video, 0, 0, WIDTH, HEIGHT)
    const { data } = pen.getImageData(0, 0, WIDTH, HEIGHT)
    const bytes = []
    for (let row = 0; row < ROWS; row++) {
      let byte = 0
      for (let column = 0; column < COLUMNS; column++) {
        const x = Math.floor(((column + 0.5) * WIDTH) / COLUMNS)
        const y = Math.floor(((row + 0.5) * HEIGHT) / ROWS)
        byte = (byte << 1) | (data[4 * (y * WIDTH + x) + 1] > 127)
      }
      bytes.push(byte)
    }
    const checksum = bytes.pop()
    if ((bytes.reduce((sum, byte) => sum + byte, 90) & 255) !== checksum) return null
    return bytes.reduce((ms, byte) => ms * 256 + byte, 0)
  }

  globalThis.readClock = (seconds) =>
    new Promise((done) => {
      const video = document.querySelector("video")
      const seen = { first: null, delays: [], unreadable: 0 }
      const finish = () => done(seen)
      const never = setTimeout(finish, NEVER_MS)
      const look = () => {
        const now = Date.now()
        if (seen.first === null) {
          seen.first = now
          clearTimeout(never)
          setTimeout(finish, seconds * 1000)
        }
        const moment = momentIn(video)
        if (moment === null) seen.unreadable++
        else seen.delays.push((now - moment + 2 ** 32) % 2 ** 32)
        video.requestVideoFrameCallback(look)
      }
      video.requestVideoFrameCallback(look)
    })
}
