import type { Answer } from '../http.js';

export interface Refusal {
  status: number;
  locator: string;
  text: string;
}

export const owsException = ({ status, locator, text }: Refusal): Answer => ({
  status,
  headers: { 'content-type': 'text/xml; charset=UTF-8' },
  body: `<?xml version="1.0" encoding="utf-8"?>
<ExceptionReport version="1.0.0" xmlns="http://www.opengis.net/ows/1.1">
    <Exception exceptionCode="NoApplicableCode" locator="${locator}">
        <ExceptionText>${escaped(text)}</ExceptionText>
    </Exception>
</ExceptionReport>`,
});

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
