// A worker that ticks: browsers slow the timers of a hidden page to one a second, and a teacher
// who shows another window must not become a still picture.
let timer = 0
onmessage = ({ data: everyMs }) => {
  clearInterval(timer)
  if (everyMs) timer = setInterval(() => postMessage(0), everyMs)
}
