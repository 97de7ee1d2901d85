require('net').connect(80, '127.0.0.1').on('error', () => process.exit(3));
