/** A provider as one request to Weaver sees it. Source: `weaver.datatype.Service` (6.8.3). */
import type { IncomingHttpHeaders } from 'node:http';
import type { Capabilities, Looks, Probed } from './capabilities.js';
import { HttpFault, OtherFault, OwsFault, ParsingFault, SchemaFault } from './faults.js';
import { providerLinks, type Link } from './links.js';
import type { StoredProvider } from './store.js';

export interface Asker {
  looks: Looks;
  /** Of the caller. */
  headers: IncomingHttpHeaders;
  /** Of Weaver, as the world sees it. */
  base: string;
}

export interface Summary {
  id: string;
  /** Absent for a bird that has none. */
  title?: string;
  description?: string;
  url: string;
  type: 'wps-remote';
  public: boolean;
  keywords: string[];
  metadata: { title: string; lang?: string; value: string; role: string }[];
  links: Link[];
}

export interface RemoteProcess {
  id: string;
  title: string;
  /** Absent for a bird that tells none. */
  version?: string;
  /** Of the service. */
  provider: string | null;
}

/** Of the schema of an answer: any other language is none. */
const LANGUAGES = ['en-CA', 'fr-CA', 'en-US'];
const ROLE = 'http://www.opengis.net/eoc/applicationContext/providerMetadata';
const UNREACHED = 'Cannot validate or parse service metadata since it is not accessible.';

export class Service {
  private found: Capabilities | undefined;

  constructor(
    readonly stored: StoredProvider,
    private readonly asker: Asker,
  ) {}

  get id(): string {
    return this.stored.id;
  }

  /** `ignore`: false instead of a ParsingFault. */
  async isAccessible(ignore: boolean): Promise<boolean> {
    const { id, url } = this.stored;
    const probed = await this.asker.looks.probe(url);
    if (probed === 'accessible') return true;
    if (ignore) return false;
    throw new ParsingFault({
      description: `Exception occurred while checking service [${id}] accessibility at [${url}]`,
      cause: UNREACHED,
      error: errorOf(probed),
    });
  }

  /** Undefined: it could not be made, and that is to be ignored. An exception of the bird is never ignored. */
  async summary({ fetch, ignore }: { fetch: boolean; ignore: boolean }): Promise<Summary | undefined> {
    const { id, url } = this.stored;
    try {
      await this.isAccessible(ignore);
      const read = fetch ? await this.capabilities() : undefined;
      return this.summarise(read);
    } catch (error) {
      if (!(error instanceof OtherFault)) throw error;
      if (ignore) return undefined;
      const description = `Exception occurred while fetching or parsing WPS [${id}] at [${url}]`;
      throw new ParsingFault({ description, cause: error.message, error: error.error });
    }
  }

  /** Undefined: an exception of the bird, which is to be ignored. Whatever else goes wrong is not caught. */
  async processes(ignore = false): Promise<RemoteProcess[] | undefined> {
    let read: Capabilities;
    try {
      read = await this.capabilities();
    } catch (error) {
      if (ignore && error instanceof ParsingFault) return undefined;
      throw error;
    }
    return read.processes.map(({ id, title, version }) => {
      if (read.provider === undefined) {
        throw new OtherFault('AttributeError', "'NoneType' object has no attribute 'name'");
      }
      if (id === null) throw new OtherFault('AttributeError', "'NoneType' object has no attribute 'split'");
      const told = version === null ? {} : { version };
      return { id, title: title ?? id, ...told, provider: read.provider.name };
    });
  }

  /** Throws OtherFault for one that the bird does not describe. */
  async describe(process: string): Promise<RemoteProcess> {
    const { looks, headers } = this.asker;
    await looks.read(this.stored.url, headers);
    const isDescribed = await looks.describe(this.stored.url, headers, process);
    const offered = (await this.processes()) ?? [];
    if (!isDescribed) throw new OtherFault('ValueError', `process with identifier ${process} not found`);
    return offered.find(({ id }) => id === process) ?? { id: process, title: process, provider: null };
  }

  private async capabilities(): Promise<Capabilities> {
    const { id, url } = this.stored;
    try {
      return (this.found ??= await this.asker.looks.read(url, this.asker.headers));
    } catch (error) {
      if (!(error instanceof OwsFault)) throw error;
      const description = `Invalid XML returned by WPS [${id}] at [${url}] cannot be parsed.`;
      throw new ParsingFault({ description, cause: error.message, error: error.error });
    }
  }

  private summarise(read: Capabilities | undefined): Summary {
    const { id, url, public: isPublic } = this.stored;
    const known = { id, url, type: 'wps-remote', public: isPublic } as const;
    if (read === undefined) {
      return { ...known, keywords: [], metadata: [], links: providerLinks(this.asker.base, this.stored, 'en-CA') };
    }
    const { identification, provider, language } = read;
    if (identification === undefined) {
      throw new OtherFault('AttributeError', "'NoneType' object has no attribute 'keywords'");
    }
    if (provider === undefined) throw new OtherFault('AttributeError', "'NoneType' object has no attribute 'name'");
    if (language !== undefined && !LANGUAGES.includes(language)) throw new SchemaFault(`no such language: ${language}`);
    return {
      id,
      ...(identification.title === null ? {} : { title: identification.title }),
      ...(identification.abstract === null ? {} : { description: identification.abstract }),
      url,
      type: known.type,
      public: isPublic,
      keywords: identification.keywords,
      metadata: [
        // The title of the second is Weaver's own slip.
        metadataOf('Provider Name', provider.name, language),
        metadataOf('Provider Name', provider.site, language),
        metadataOf('Contact Name', provider.contact, language),
      ],
      links: providerLinks(this.asker.base, this.stored, language),
    };
  }
}

const errorOf = (probed: Exclude<Probed, 'accessible'>): string =>
  probed === 'refused' ? 'ServiceParsingError' : probed;

function metadataOf(title: string, value: string | null, lang: string | undefined): Summary['metadata'][number] {
  if (value === null) throw new SchemaFault(`${title} has no value`);
  return { title, ...(lang === undefined ? {} : { lang }), value, role: ROLE };
}

/** What is stored under that id. Throws HttpFault 404. */
export const serviceOf = (stored: StoredProvider | undefined, detail: string, asker: Asker): Service => {
  if (stored === undefined) throw new HttpFault(404, detail);
  return new Service(stored, asker);
};
