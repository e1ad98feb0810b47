/** A conversation that looks at one variable after each thing that may have set it. */
import { Conversation } from './conversation.js';
import type { DelayedMode } from './generations.js';

export interface TraceStep {
  /** A file, or what else set it. */
  readonly by: { readonly file: string } | { readonly what: string };
  /** Undefined: not set. */
  readonly value: string | undefined;
}

export class TracedConversation extends Conversation {
  private readonly looks: Promise<TraceStep | undefined>[] = [];

  constructor(private readonly watched: string) {
    super();
  }

  /** What was seen, in order; what a shell that ended cannot tell any more is left out. */
  async steps(): Promise<TraceStep[]> {
    return (await Promise.all(this.looks)).filter((step) => step !== undefined);
  }

  override source(path: string, again = false): void {
    super.source(path, again);
    this.look({ file: path });
  }

  override set(name: string, value: string): void {
    super.set(name, value);
    if (name === this.watched) this.look({ what: 'the script itself' });
  }

  override export(name: string, value: string): void {
    super.export(name, value);
    if (name === this.watched) this.look({ what: 'the script itself' });
  }

  override append(name: string, text: string, how: 'line' | 'suffix'): void {
    super.append(name, text, how);
    if (name === this.watched) this.look({ what: 'an appended deprecated name or component' });
  }

  override copy(to: string, from: string, how: 'text' | 'words'): void {
    super.copy(to, from, how);
    if (to === this.watched) this.look({ what: `the value of ${from}` });
  }

  override delayed(name: string, mode: DelayedMode, keepsFailed: boolean): void {
    super.delayed(name, mode, keepsFailed);
    if (name === this.watched) this.look({ what: 'delayed evaluation (DELAYED_EVAL)' });
  }

  override process(what: 'snapshot' | 'process'): void {
    super.process(what);
    this.look({ what: 'the environment of the process' });
  }

  private look(by: TraceStep['by']): void {
    const name = this.watched;
    this.looks.push(
      this.values([name]).then(
        (values) => ({ by, value: values.get(name) }),
        () => undefined,
      ),
    );
  }
}
