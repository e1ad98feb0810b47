import type { Answer } from '../http.js';

/** What nginx says itself. */
export const page = (status: number, title: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { server: 'nginx', 'content-type': 'text/html', ...headers },
  body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
});

export const badGateway = (): Answer => page(502, 'Bad Gateway');

/** As `return 301 /…`: nginx makes the address whole. */
export function moved(status: 301 | 308, host: string | undefined, to: string): Answer {
  const title = status === 301 ? 'Moved Permanently' : 'Permanent Redirect';
  return page(status, title, { location: `http://${host ?? 'localhost'}${to}` });
}
