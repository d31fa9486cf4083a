/** What stands in the starter image besides busybox. */

export const STARTER_PORT = 8080;

/**
 * The entrypoint. The kernel keeps signals without a handler from process 1, and httpd has none for SIGTERM: so the shell
 * stays, with a trap from its first line on, and a stop is quick.
 */
const START = `#!/bin/sh
trap 'kill "$!" 2>/dev/null; exit 0' TERM INT
echo "catamaran starter: serving http on port ${STARTER_PORT}"
httpd -f -p ${STARTER_PORT} -h /www &
wait "$!"
`;

const ABOUT = `#!/bin/sh
printf 'Content-Type: text/plain; charset=utf-8\\r\\nCache-Control: no-store\\r\\n\\r\\n'
echo "host $(hostname)"
echo "kernel $(uname -r)"
echo "machine $(uname -m)"
echo "up $(cut -d' ' -f1 /proc/uptime) s"
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Catamaran starter</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem; color-scheme: light dark }
  pre { font: 15px/1.6 ui-monospace, monospace; padding: 1rem; border: 1px solid #8886; border-radius: 8px }
</style>
<h1>Two hulls, one boat</h1>
<p>The same image runs as a container and as a virtual machine. This one says of itself:</p>
<pre id="about"><a href="cgi-bin/about">cgi-bin/about</a></pre>
<script>
  fetch('cgi-bin/about').then((answer) => answer.text()).then((text) => { about.textContent = text });
</script>
</html>
`;

const OS_RELEASE = `NAME="Catamaran starter"
PRETTY_NAME="Catamaran starter"
ID=catamaran-starter
VERSION_ID=1
`;

const PASSWD = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
`;

const GROUP = `root:x:0:
tty:x:5:
nogroup:x:65534:
`;

const HOSTS = `127.0.0.1 localhost
::1 localhost
`;

type Entry = { path: string; mode: number } & ({ folder: true } | { content: string } | { link: string });

const folder = (path: string, mode = 0o755): Entry => ({ path, mode, folder: true });
const file = (path: string, content: string, mode = 0o644): Entry => ({ path, mode, content });
const link = (path: string, target: string): Entry => ({ path, mode: 0o777, link: target });

/** In the order of the archive: folders before what is in them. */
export const STARTER_FILES: readonly Entry[] = [
  ...['bin', 'dev', 'etc', 'proc', 'run', 'sys', 'usr', 'var', 'www', 'www/cgi-bin'].map((path) => folder(path)),
  folder('root', 0o700),
  folder('tmp', 0o1777),
  link('sbin', 'bin'),
  link('usr/bin', '../bin'),
  link('usr/sbin', '../bin'),
  file('etc/passwd', PASSWD),
  file('etc/group', GROUP),
  file('etc/hosts', HOSTS),
  file('etc/os-release', OS_RELEASE),
  file('start', START, 0o755),
  file('www/index.html', PAGE),
  file('www/cgi-bin/about', ABOUT, 0o755),
];
