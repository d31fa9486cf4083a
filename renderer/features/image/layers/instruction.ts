import { maskAssignment } from '../../../../backend/contract/index.ts';

const VERBS = 'ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR';

/** Values whose names promise a secret are masked, as a Dockerfile sets them: `ENV API_TOKEN=abc`, `ARG PASSWORD=x`. */
export function shownInstruction(createdBy: string): { verb: string; rest: string } {
  const { verb, rest } = instruction(createdBy);
  return { verb, rest: rest.split(' ').map(maskAssignment).join(' ') };
}

/** A builder's own words as a Dockerfile has them: `/bin/sh -c #(nop)  CMD ["sh"]` is `CMD`, and what the classic builder ran is `RUN`. */
export function instruction(createdBy: string): { verb: string; rest: string } {
  const plain = createdBy.trim().replace(/\s+# buildkit$/, '');
  const nop = /^\/bin\/sh -c #\(nop\)\s*(.*)$/s.exec(plain)?.[1];
  const found = new RegExp(`^(${VERBS})\\b\\s*(.*)$`, 's').exec(nop ?? plain);
  if (found !== null) {
    const [, verb = '', rest = ''] = found;
    return { verb, rest: verb === 'RUN' ? rest.replace(/^\/bin\/sh -c /, '') : rest };
  }
  const ran = /^\/bin\/sh -c (.*)$/s.exec(plain)?.[1];
  return ran === undefined ? { verb: '', rest: nop ?? plain } : { verb: 'RUN', rest: ran.trim() };
}
