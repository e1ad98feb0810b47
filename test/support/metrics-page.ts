/** The value of each series of a page of metrics, by its name and labels as they are written. */
export type Page = Readonly<Record<string, number>>;

export const parsePage = (text: string): Page =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
