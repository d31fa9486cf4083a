// The plainest page with as many rows as asked for: what scrolling costs the browser by itself.
import { createServer } from 'node:http';

const rows = Array.from({ length: Number(process.argv[2]) }, (_, index) => `<p>row ${index}, 0.02 cores, 1.2 MiB</p>`).join('');
const page = `<!doctype html><style>body{margin:0}main{height:100vh;overflow:auto}p{height:36px;margin:0}</style><main>${rows}</main>`;
const server = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(page));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address.port}/\n`);
});
