// Reading, printing, a thread, promises, timers, exceptions, a file, random numbers, the time.
const fs = require('fs');
const os = require('os');
const path = require('path');
const crypto = require('crypto');
const { Worker } = require('worker_threads');

const [a, b] = fs.readFileSync(0, 'utf8').trim().split(/\s+/).map(BigInt);
let caught = false;
try {
  throw new Error('thrown');
} catch (e) {
  caught = true;
}
os.cpus();
path.resolve('.');
crypto.randomBytes(8);
new Date().toLocaleString();
Buffer.alloc(16 << 20, 1);
fs.writeFileSync('x', 'x');
fs.unlinkSync('x');

const worker = new Worker(
  'const { parentPort, workerData: [a, b] } = require("worker_threads"); parentPort.postMessage(a + b);',
  { eval: true, workerData: [a, b] });
worker.on('message', async (sum) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await fs.promises.access('.');
  console.log(caught ? sum.toString() : 'not caught');
});
