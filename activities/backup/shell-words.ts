/** Words of a shell command, as far as the `backup` files of birdhouse-deploy need it: nothing is run or expanded. Pure. */

/** Commands of a text, each as its words without quotes; `${NAME}` and `$(…)` stay as they are. Comments are left out. */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (commands.at(-1)?.length !== 0) commands.push([]);
  };
  const joined = text.replaceAll('\\\n', ' ');
  for (let at = 0; at < joined.length; at += 1) {
    const [piece, length] = pieceAt(joined, at, word !== undefined);
    at += length - 1;
    if (piece === 'blank') endWord();
    else if (piece === 'end') endCommand();
    else if (piece !== 'comment') word = (word ?? '') + piece.text;
  }
  endCommand();
  return commands.filter((command) => command.length > 0);
}

type Piece = 'blank' | 'end' | 'comment' | { readonly text: string };

/** What begins at a place, and how long it is. */
function pieceAt(text: string, at: number, inWord: boolean): [Piece, number] {
  const rest = text.slice(at);
  const [comment] = (!inWord && /^#[^\n]*/.exec(rest)) || [];
  if (comment !== undefined) return ['comment', comment.length];
  const [end] = /^(?:\n|;|&&|\|\|?)/.exec(rest) ?? [];
  if (end !== undefined) return ['end', end.length];
  if (/^\s/.test(rest)) return ['blank', 1];
  const [single, inSingle] = /^'([^']*)'/.exec(rest) ?? [];
  if (single !== undefined) return [{ text: inSingle ?? '' }, single.length];
  const [double, inDouble] = /^"((?:[^"\\]|\\.)*)"/s.exec(rest) ?? [];
  if (double !== undefined) return [{ text: (inDouble ?? '').replaceAll(/\\(["\\$`])/g, '$1') }, double.length];
  const [expansion] = /^\$\{[^}]*\}|^\$\([^)]*\)/.exec(rest) ?? [];
  if (expansion !== undefined) return [{ text: expansion }, expansion.length];
  if (rest.startsWith('\\') && rest.length > 1) return [{ text: rest.slice(1, 2) }, 2];
  return [{ text: rest.slice(0, 1) }, 1];
}
