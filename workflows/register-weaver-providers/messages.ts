/** What a registration starts with: names only. */
export interface RegisterWeaverProvidersInput {
  v: 1;
  host: string;
  stack: string;
  /** Only these birds; absent: all that are wanted. */
  birds?: string[];
  /** Deployment that it follows. */
  number?: number;
  /** The deployment waits for it, and so holds the stack. */
  held?: boolean;
}

/** Takes a provider out that nobody wants any more. */
export interface UnregisterWeaverProviderInput {
  v: 1;
  host: string;
  stack: string;
  bird: string;
}

export interface RegisterWeaverProvidersResult {
  outcome: 'in step' | 'no weaver';
  summary: string;
}
