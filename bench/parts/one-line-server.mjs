// The peer of the app-start bench: Node, one page, one line.
import { createServer } from 'node:http';

const server = createServer((_, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end('<!doctype html><title>peer</title><nav>One line</nav>');
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`));
