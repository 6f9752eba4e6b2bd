// The recorder of the class, and of the teacher's own try: the same, or the try would prove nothing.

// Chromium really writes Matroska; H.264 is copied by the server, VP8 must be transcoded there.
const TYPES = ["video/webm;codecs=h264,opus", "video/webm;codecs=vp8,opus", "video/webm"]

export function canRecord() {
  return typeof MediaRecorder === "function" && TYPES.some((type) => MediaRecorder.isTypeSupported(type))
}

export function recorderOf(stream) {
  return new MediaRecorder(stream, {
    mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)),
    videoBitsPerSecond: 1_500_000,
    audioBitsPerSecond: 64_000,
    videoKeyFrameIntervalDuration: 1000,
  })
}
