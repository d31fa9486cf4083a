import { describe, expect, test } from 'vitest';
import { entrypointProblem, takenPort } from './errors.ts';
import { familiarName, fullName } from './image-names.ts';

/** What engines and runtimes say, collected from Docker 20.10 and 28, Podman 4.3, runc 1.1, crun 1.8. */
describe('the engine’s words', () => {
  test.each([
    ['exec: "/nope": stat /nope: no such file or directory: unknown', '/nope'],
    [
      'OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH',
      'nope',
    ],
    ['crun: executable file `nope` not found in $PATH: No such file or directory', 'nope'],
    ['runc: unable to start container process: exec: \\"/nope\\": stat /nope: no such file or directory', '/nope'],
  ])('%s', (message, entrypoint) => {
    expect(entrypointProblem(message)?.problem).toMatchObject({ reason: 'entrypointMissing', params: { entrypoint } });
  });

  test('another failure of the runtime is told without its call stack', () => {
    const message =
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/etc": permission denied: unknown';
    expect(entrypointProblem(message)?.problem).toMatchObject({
      reason: 'entrypointFailed',
      params: { message: 'exec: "/etc": permission denied' },
    });
    expect(entrypointProblem('something else')).toBeNull();
  });

  test.each([
    ['cannot listen on the TCP port: listen tcp4 127.0.0.1:18081: bind: address already in use', 'tcp', 18081],
    ['Error starting userland proxy: listen udp4 0.0.0.0:53: bind: address already in use', 'udp', 53],
    ['Bind for 0.0.0.0:8080 failed: port is already allocated', 'tcp', 8080],
    ['failed to bind host port for [::]:443:172.17.0.2:80/tcp: address already in use', 'tcp', 443],
    ['failed to bind host port 127.0.0.1:8080/tcp: address already in use', 'tcp', 8080],
  ])('%s', (message, protocol, port) => {
    expect(takenPort(message)).toEqual({ protocol, port });
  });

  test('a message about something else names no port', () => {
    expect(takenPort('listen tcp 127.0.0.1:80: permission denied')).toBeNull();
  });
});

describe('image names', () => {
  test.each([
    ['debian', 'docker.io/library/debian:latest'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['team/app', 'docker.io/team/app:latest'],
    ['localhost:5000/team/app:v1', 'localhost:5000/team/app:v1'],
    ['registry.example/a/b/c', 'registry.example/a/b/c:latest'],
    [`debian@sha256:${'0'.repeat(64)}`, `docker.io/library/debian@sha256:${'0'.repeat(64)}`],
  ])('%s is %s', (name, full) => {
    expect(fullName(name)).toBe(full);
  });

  test.each(['', 'Debian', 'a b', '-x', 'debian:', 'debian:la test', 'https://example/x', '../x'])('“%s” is no name', (name) => {
    expect(() => fullName(name)).toThrow(expect.objectContaining({ reason: 'imageNameInvalid' }));
  });

  test.each([
    ['docker.io/library/debian:12', 'debian:12'],
    ['docker.io/team/app:v1', 'team/app:v1'],
    ['localhost/catamaran/starter:latest', 'catamaran/starter:latest'],
    ['quay.io/podman/hello:latest', 'quay.io/podman/hello:latest'],
  ])('%s is called %s', (name, familiar) => {
    expect(familiarName(name)).toBe(familiar);
  });
});
