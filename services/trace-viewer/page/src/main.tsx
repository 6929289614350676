import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { openStream } from './api/stream.js';
import { App } from './app.js';
import { followLinks } from './ui/router.js';

document.addEventListener('click', followLinks);
openStream();
render(<App />, document.getElementById('app')!);
