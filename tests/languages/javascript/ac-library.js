// The usual ways to read everything, and a thread.
const fs = require('fs');
const os = require('os');
const path = require('path');
const crypto = require('crypto');
const { Worker, isMainThread } = require('worker_threads');
const { performance } = require('perf_hooks');

const [a, b] = fs.readFileSync(0, 'utf8').trim().split(/\s+/).map(BigInt);
os.cpus();
os.tmpdir();
os.hostname();
path.resolve('.');
crypto.randomBytes(8);
performance.now();
new Date().toLocaleString();
new Intl.NumberFormat('en').format(1);

const worker = new Worker(
  'const { parentPort, workerData: [a, b] } = require("worker_threads"); parentPort.postMessage(a + b);',
  { eval: true, workerData: [a, b] });
worker.on('message', (sum) => setTimeout(() => console.log(sum.toString()), 1));
