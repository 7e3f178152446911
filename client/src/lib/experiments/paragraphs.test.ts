import { expect, it } from 'vitest';
import { paragraphsOf } from './paragraphs.ts';

it('parts paragraphs at blank lines, joins their lines, and sees code', () => {
  expect(paragraphsOf('One\nline.\n\n \nThen `RPOP` it.\n')).toEqual([
    [{ text: 'One line.', isCode: false }],
    [
      { text: 'Then ', isCode: false },
      { text: 'RPOP', isCode: true },
      { text: ' it.', isCode: false }
    ]
  ]);
});

it('leaves a backtick alone that is never closed', () => {
  expect(paragraphsOf('a ` b')).toEqual([[{ text: 'a ` b', isCode: false }]]);
});
