/** What the reader's shell is told, and what it answers. Orders go without waiting; questions wait for their answer. */
import type { Talk } from '../../shared/run-command.js';
import type { DelayedMode } from './generations.js';
import { ReadingStory } from './story.js';
import { WordStream } from './words.js';

/** The shell is gone, or has said why it cannot go on: `ReadingStory` knows. */
export class ReadingStopped extends Error {
  override readonly name = 'ReadingStopped';
}

export interface Dump {
  exported: Record<string, string>;
  /** Text of `set`: names of the other variables are in it. */
  set: string;
}

interface Question {
  /** Takes a word of the answer; false when it was the last one. */
  take: (word: string) => boolean;
  give: () => void;
  fail: (error: Error) => void;
}

export class Conversation {
  readonly story = new ReadingStory();
  private readonly stream = new WordStream();
  private readonly questions: Question[] = [];
  private talk: Talk | undefined;
  private stopped: ReadingStopped | undefined;
  private isAnswering = false;

  /** For `runCommand`. */
  readonly converse = (talk: Talk): ((chunk: Buffer) => void) => {
    this.talk = talk;
    return (chunk) => this.stream.take(chunk).forEach((word) => this.hear(word));
  };

  /** The shell has ended: what still waits for an answer fails. */
  close(): void {
    this.stopped ??= new ReadingStopped('the shell has ended');
    for (const { fail } of this.questions.splice(0)) fail(this.stopped);
  }

  /** The last order: the shell ends by itself. */
  end(): void {
    this.talk?.end();
  }

  /** `again`: the file was found to be shell before. */
  source(path: string, again = false): void {
    this.order(`${again ? 'again' : 'source'} ${path}`);
  }

  set(name: string, value: string): void {
    this.order(`set ${name} ${value}`);
  }

  export(name: string, value: string): void {
    this.order(`export ${name} ${value}`);
  }

  unset(name: string): void {
    this.order(`unset ${name}`);
  }

  /** Appends a line to a variable, or text to its end. */
  append(name: string, text: string, how: 'line' | 'suffix'): void {
    this.order(`${how} ${name} ${text}`);
  }

  /** Exports `to` with the value of `from`, without newlines at its end; `words`: blanks collapse as well. */
  copy(to: string, from: string, how: 'text' | 'words'): void {
    this.order(`copy ${to} ${from} ${how}`);
  }

  delayed(name: string, mode: DelayedMode, keepsFailed: boolean): void {
    this.order(`delayed ${name} ${mode}${keepsFailed ? ' keep' : ''}`);
  }

  /** Keeps the exported variables as they are now, or puts them back. */
  process(what: 'snapshot' | 'process'): void {
    this.order(what);
  }

  /** Values of those that are set. */
  async values(names: readonly string[]): Promise<Map<string, string>> {
    const found = names.length === 0 ? [] : await this.list(`values ${names.join(' ')}`);
    return new Map(found.map(assignment));
  }

  /** Words of a variable, file name patterns expanded. */
  async words(name: string): Promise<string[]> {
    return (await this.list(`words ${name}`)).map((word) => word.slice(1));
  }

  /** COMPONENT_DEPENDENCIES of a `default.env`, by running it in a subshell. */
  async dependencies(path: string): Promise<string[]> {
    return (await this.list(`dependencies ${path}`)).map((word) => word.slice(1));
  }

  /** The path with every link followed; as it is when that cannot be. */
  async realPath(path: string): Promise<string> {
    let real = path;
    await this.ask(`real ${path}`, (word) => {
      real = word;
      return false;
    });
    return real;
  }

  async dump(): Promise<Dump> {
    const exported: Record<string, string> = {};
    let set: string | undefined;
    await this.ask('dump', (word) => {
      if (set !== undefined) {
        set += word;
        return false;
      }
      if (word === 'set') set = '';
      else if (word === 'stop') this.stopFor('environment');
      else if (word !== 'exported') Object.assign(exported, Object.fromEntries([assignment(word)]));
      return true;
    });
    return { exported, set: set ?? '' };
  }

  /** Words up to an empty one. */
  private async list(line: string): Promise<string[]> {
    const words: string[] = [];
    await this.ask(line, (word) => {
      if (word !== '') words.push(word);
      return word !== '';
    });
    return words;
  }

  private order(line: string): void {
    if (this.stopped === undefined) this.talk?.send(`${line}\n`);
  }

  private ask(line: string, take: Question['take']): Promise<void> {
    if (this.stopped) return Promise.reject(this.stopped);
    return new Promise((give, fail) => {
      this.questions.push({ take, give, fail });
      this.order(line);
    });
  }

  /** What the shell tells comes before an answer begins, never inside one. The first word of an answer is none of its words. */
  private hear(word: string): void {
    if (!this.isAnswering && this.story.hear(word)) {
      if (this.story.stopped) this.close();
      return;
    }
    const [question] = this.questions;
    if (!question) return;
    this.isAnswering = question.take(word);
    if (this.isAnswering) return;
    this.questions.shift();
    question.give();
  }

  private stopFor(reason: 'environment'): void {
    this.story.stopped = { reason, text: '' };
    this.close();
  }
}

function assignment(word: string): [string, string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
}
