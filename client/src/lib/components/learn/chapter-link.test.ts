import { expect, it } from 'vitest';
import { chapterLink } from './chapter-link.ts';

it.each([
  [
    '../../src/fiblab/queue/lua/claim.lua#L31',
    { kind: 'source', path: 'queue/lua/claim.lua', line: 31 }
  ],
  ['../../src/fiblab/worker/lane.py', { kind: 'source', path: 'worker/lane.py', line: null }],
  ['dead-letters.md', { kind: 'chapter', slug: 'dead-letters' }],
  ['https://www.rfc-editor.org/', { kind: 'elsewhere', href: 'https://www.rfc-editor.org/' }]
])('leads %s to where the page shows it', (href, link) => {
  expect(chapterLink(href)).toEqual(link);
});
