const lines = require('readline').createInterface({ input: process.stdin });
let low = 1, high = 0;
lines.on('line', (line) => {
    if (line === '=')
        process.exit(0);
    const guess = Math.floor((low + high) / 2);
    if (line === '<')
        high = guess - 1;
    else if (line === '>')
        low = guess + 1;
    else
        high = Number(line);
    console.log(Math.floor((low + high) / 2));
});
