import { describe, expect, it } from 'vitest';
import { type Language, languageOf, type TokenKind, tokenLines } from './tokens.ts';

/** The pieces of a line that have a colour. */
function coloured(line: string, language: Language): [string, TokenKind][] {
  const [tokens = []] = tokenLines(line, language);
  return tokens.filter(({ kind }) => kind !== 'plain').map(({ kind, text }) => [text, kind]);
}

describe('tokenLines', () => {
  it('colours Lua', () => {
    expect(coloured("if x == 'a--b' then return 31 end -- said", 'lua')).toEqual([
      ['if', 'keyword'],
      ["'a--b'", 'string'],
      ['then', 'keyword'],
      ['return', 'keyword'],
      ['31', 'number'],
      ['end', 'keyword'],
      ['-- said', 'comment']
    ]);
  });

  it('colours Python', () => {
    expect(coloured('async def f(): return f"a#{b}" # said', 'python')).toEqual([
      ['async', 'keyword'],
      ['def', 'keyword'],
      ['return', 'keyword'],
      ['f"a#{b}"', 'string'],
      ['# said', 'comment']
    ]);
  });

  it('carries a string of many lines from line to line', () => {
    const lines = tokenLines('"""One\n\ntwo."""\nx = 1\n', 'python');
    expect(lines.map((line) => line[0]?.kind)).toEqual(['string', undefined, 'string', 'plain']);
  });

  it.each<Language>(['lua', 'python', 'text'])('loses nothing of %s', (language) => {
    const source = `"""Doc's\n"quoted\\""."""\n\tlocal x = 'it''s' -- # \`$\n\n  end`;
    const lines = tokenLines(source, language);
    expect(lines.map((line) => line.map(({ text }) => text).join('')).join('\n')).toBe(source);
  });
});

it('knows a language by the end of the name', () => {
  expect(['a/claim.lua', 'lane.py', 'x.sql'].map(languageOf)).toEqual(['lua', 'python', 'text']);
});
