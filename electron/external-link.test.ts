import { expect, test } from 'vitest';
import { isExternalLink } from './external-link.ts';

test.each(['https://example.org/a?b#c', 'http://127.0.0.1:8080/'])('%s may be opened', (address) => {
  expect(isExternalLink(address)).toBe(true);
});

test.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'smb://server/share',
  'ms-msdt:/id PCWDiagnostic',
  'app://catamaran/',
  'https://somebody:secret@example.org/',
  'example.org',
  '',
])('%s may not', (address) => {
  expect(isExternalLink(address)).toBe(false);
});
