import './styles.css';
// First: what is traced has to be wrapped before anybody uses it.
import { startTracing } from './tracing/index.js';
import { render } from 'preact';
import { App } from './app.js';
import { followLinks } from './ui/router.js';

startTracing();
document.addEventListener('click', followLinks);
render(<App />, document.getElementById('app')!);
