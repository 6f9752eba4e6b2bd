// Easel: how one picture is drawn, whatever it is made of: something whole, the teacher small in a
// corner, or the title card.

export const WIDTH = 1280
export const HEIGHT = 720
const MARGIN = 24

export function drawPicture(pen, { what, inset, title }) {
  pen.fillStyle = "#14110d"
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  if (what) fit(pen, what, 0, 0, WIDTH, HEIGHT)
  else drawCard(pen, title)
  if (what && inset) drawInset(pen, inset)
}

// As large as it goes without cutting anything off.
function fit(pen, what, x, y, width, height) {
  const [w, h] = sizeOf(what)
  if (!w) return
  const scale = Math.min(width / w, height / h)
  pen.drawImage(what, x + (width - w * scale) / 2, y + (height - h * scale) / 2, w * scale, h * scale)
}

function drawInset(pen, what) {
  const [w, h] = sizeOf(what)
  if (!w) return
  const width = WIDTH / 4.5
  const height = (width * h) / w
  const [x, y] = [WIDTH - MARGIN - width, HEIGHT - MARGIN - height]
  pen.fillStyle = "#f7f2e7"
  pen.fillRect(x - 3, y - 3, width + 6, height + 6)
  pen.drawImage(what, x, y, width, height)
}

function sizeOf(what) {
  return [what.videoWidth ?? what.width, what.videoHeight ?? what.height]
}

function drawCard(pen, title) {
  pen.fillStyle = "#f7f2e7"
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  pen.fillStyle = "#1d1914"
  pen.textAlign = "center"
  pen.textBaseline = "middle"
  pen.font = '700 84px "PingFang SC", "Noto Sans SC", "Microsoft YaHei", sans-serif'
  pen.fillText(title, WIDTH / 2, HEIGHT / 2, WIDTH * 0.9)
}
