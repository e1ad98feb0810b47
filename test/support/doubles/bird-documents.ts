/**
 * Documents of a WPS: what OGC 05-007r7 (WPS 1.0.0), OGC 06-121r3 (OWS 1.1) and, for the bird that speaks nothing else, OGC 14-065
 * (WPS 2.0) ask of them, every element that a client looks at included.
 */

export interface BirdProcess {
  id: string;
  title: string;
}

export interface BirdText {
  title: string;
  /** Address of its WPS, for the operations. */
  url: string;
  processes: readonly BirdProcess[];
}

/** What a capabilities document lacks. */
export type Lack = 'identification' | 'provider' | 'languages' | 'site';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACES = [
  'xmlns:wps="http://www.opengis.net/wps/1.0.0"',
  'xmlns:ows="http://www.opengis.net/ows/1.1"',
  'xmlns:xlink="http://www.w3.org/1999/xlink"',
].join(' ');
const ROOT = `${NAMESPACES} service="WPS" version="1.0.0" xml:lang="en-US"`;

export const escapeXml = (text: string): string =>
  text.replace(/[<>&"]/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[sign] ?? sign);

const identification = ({ title }: BirdText): string => `
  <ows:ServiceIdentification>
    <ows:Title>${escapeXml(title)}</ows:Title>
    <ows:Abstract>Stands for ${escapeXml(title)}.</ows:Abstract>
    <ows:Keywords>
      <ows:Keyword>WPS</ows:Keyword>
      <ows:Keyword>bird</ows:Keyword>
      <ows:Type codeSpace="ISOTC211/19115">theme</ows:Type>
    </ows:Keywords>
    <ows:ServiceType>WPS</ows:ServiceType>
    <ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>
    <ows:Fees>NONE</ows:Fees>
    <ows:AccessConstraints>NONE</ows:AccessConstraints>
  </ows:ServiceIdentification>`;

const provider = (lacks: ReadonlySet<Lack>): string => `
  <ows:ServiceProvider>
    <ows:ProviderName>A nest</ows:ProviderName>${
      lacks.has('site') ? '' : '\n    <ows:ProviderSite xlink:href="http://nest.example/"/>'
    }
    <ows:ServiceContact>
      <ows:IndividualName>A keeper</ows:IndividualName>
      <ows:PositionName>Keeper</ows:PositionName>
    </ows:ServiceContact>
  </ows:ServiceProvider>`;

const operations = (url: string): string => {
  const one = (name: string): string => `
    <ows:Operation name="${name}">
      <ows:DCP>
        <ows:HTTP>
          <ows:Get xlink:href="${escapeXml(url)}"/>
          <ows:Post xlink:href="${escapeXml(url)}"/>
        </ows:HTTP>
      </ows:DCP>
    </ows:Operation>`;
  return `
  <ows:OperationsMetadata>${['GetCapabilities', 'DescribeProcess', 'Execute'].map(one).join('')}
  </ows:OperationsMetadata>`;
};

const offerings = (processes: readonly BirdProcess[]): string => {
  const one = ({ id, title }: BirdProcess): string => `
    <wps:Process wps:processVersion="1.0.0">
      <ows:Identifier>${escapeXml(id)}</ows:Identifier>
      <ows:Title>${escapeXml(title)}</ows:Title>
      <ows:Abstract>What ${escapeXml(title)} does.</ows:Abstract>
      <ows:Metadata xlink:title="Manual" xlink:href="http://nest.example/${encodeURIComponent(id)}"/>
    </wps:Process>`;
  return `
  <wps:ProcessOfferings>${processes.map(one).join('')}
  </wps:ProcessOfferings>`;
};

const LANGUAGES = `
  <wps:Languages>
    <wps:Default><ows:Language>en-US</ows:Language></wps:Default>
    <wps:Supported><ows:Language>en-US</ows:Language><ows:Language>fr-CA</ows:Language></wps:Supported>
  </wps:Languages>`;

export function capabilities(bird: BirdText, without: readonly Lack[] = []): string {
  const lacks = new Set(without);
  const parts = [
    lacks.has('identification') ? '' : identification(bird),
    lacks.has('provider') ? '' : provider(lacks),
    operations(bird.url),
    offerings(bird.processes),
    lacks.has('languages') ? '' : LANGUAGES,
  ];
  return `${HEAD}<wps:Capabilities ${ROOT} updateSequence="1">${parts.join('')}\n</wps:Capabilities>\n`;
}

/** The same document: a prefix means nothing in XML. */
export const withDefaultNamespace = (document: string): string =>
  document
    .replace('xmlns:wps=', 'xmlns=')
    .replace(/<(\/?)wps:/g, '<$1')
    .replaceAll('wps:processVersion', 'processVersion');

/** Ends in the middle of the offerings, after what is told of the service. */
export const cutOff = (document: string): string =>
  document.slice(0, document.indexOf('<ows:Title>', document.indexOf('<wps:ProcessOfferings>')) + 14);

const INPUTS = `
    <DataInputs>
      <Input minOccurs="1" maxOccurs="1">
        <ows:Identifier>name</ows:Identifier>
        <ows:Title>A name</ows:Title>
        <LiteralData>
          <ows:DataType ows:reference="http://www.w3.org/TR/xmlschema-2/#string">string</ows:DataType>
          <ows:AllowedValues><ows:Value>finch</ows:Value><ows:Value>raven</ows:Value></ows:AllowedValues>
          <DefaultValue>finch</DefaultValue>
        </LiteralData>
      </Input>
      <Input minOccurs="0" maxOccurs="2">
        <ows:Identifier>data</ows:Identifier>
        <ows:Title>Data</ows:Title>
        <ComplexData maximumMegabytes="10">
          <Default><Format><MimeType>application/x-netcdf</MimeType><Encoding>base64</Encoding></Format></Default>
          <Supported>
            <Format><MimeType>application/x-netcdf</MimeType><Encoding>base64</Encoding></Format>
            <Format><MimeType>application/json</MimeType></Format>
          </Supported>
        </ComplexData>
      </Input>
      <Input minOccurs="0" maxOccurs="1">
        <ows:Identifier>area</ows:Identifier>
        <ows:Title>Area</ows:Title>
        <BoundingBoxData>
          <Default><CRS>EPSG:4326</CRS></Default>
          <Supported><CRS>EPSG:4326</CRS></Supported>
        </BoundingBoxData>
      </Input>
    </DataInputs>`;

const OUTPUTS = `
    <ProcessOutputs>
      <Output>
        <ows:Identifier>said</ows:Identifier>
        <ows:Title>What is said</ows:Title>
        <LiteralOutput>
          <ows:DataType ows:reference="http://www.w3.org/TR/xmlschema-2/#string">string</ows:DataType>
        </LiteralOutput>
      </Output>
      <Output>
        <ows:Identifier>file</ows:Identifier>
        <ows:Title>A file</ows:Title>
        <ComplexOutput>
          <Default><Format><MimeType>application/json</MimeType></Format></Default>
          <Supported><Format><MimeType>application/json</MimeType></Format></Supported>
        </ComplexOutput>
      </Output>
    </ProcessOutputs>`;

/** Children of the root have no namespace. */
export function descriptions(processes: readonly BirdProcess[]): string {
  const one = ({ id, title }: BirdProcess): string => `
  <ProcessDescription wps:processVersion="1.0.0" storeSupported="true" statusSupported="true">
    <ows:Identifier>${escapeXml(id)}</ows:Identifier>
    <ows:Title>${escapeXml(title)}</ows:Title>
    <ows:Abstract>What ${escapeXml(title)} does.</ows:Abstract>${INPUTS}${OUTPUTS}
  </ProcessDescription>`;
  return `${HEAD}<wps:ProcessDescriptions ${ROOT}>${processes.map(one).join('')}\n</wps:ProcessDescriptions>\n`;
}

export function exceptionReport(code: string, text: string, locator?: string): string {
  const where = locator === undefined ? '' : ` locator="${escapeXml(locator)}"`;
  return `${HEAD}<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0" xml:lang="en-US">
  <ows:Exception exceptionCode="${code}"${where}><ows:ExceptionText>${escapeXml(text)}</ows:ExceptionText></ows:Exception>
</ows:ExceptionReport>
`;
}

/** Of a bird that speaks WPS 2.0 only. */
export function capabilities2(bird: BirdText): string {
  const one = ({ id, title }: BirdProcess): string => `
    <wps:ProcessSummary jobControlOptions="sync-execute async-execute dismiss" outputTransmission="value reference" processVersion="1.0.0">
      <ows:Title>${escapeXml(title)}</ows:Title>
      <ows:Identifier>${escapeXml(id)}</ows:Identifier>
    </wps:ProcessSummary>`;
  const root = ROOT.replace('wps/1.0.0', 'wps/2.0').replace('ows/1.1', 'ows/2.0').replace('"1.0.0"', '"2.0.0"');
  const service = identification(bird).replace('>1.0.0<', '>2.0.0<');
  const contents = `\n  <wps:Contents>${bird.processes.map(one).join('')}\n  </wps:Contents>`;
  return `${HEAD}<wps:Capabilities ${root}>${service}${provider(new Set())}${operations(bird.url)}${contents}\n</wps:Capabilities>\n`;
}
