export { loadPageFiles, type PageFile } from './load-page-files.js';
export { sendPageFile } from './send-page-file.js';
