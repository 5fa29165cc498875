// html.js - how elements are written: htm over preact. Texts become text nodes, never markup.
import { h } from 'preact';
import htm from 'htm';

export const html = htm.bind(h);
