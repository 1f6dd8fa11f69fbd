// Loaded into a sidecar (--import): moves its wall clock by the milliseconds that the file CLOCK_SHIFT_FILE holds.
import { readFileSync } from 'node:fs';

const file = process.env.CLOCK_SHIFT_FILE;
const realNow = Date.now.bind(Date);
let shiftMs = 0;

function look() {
  try {
    shiftMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // As it was.
  }
}

Date.now = () => realNow() + shiftMs;
setInterval(look, 5).unref();
