import { type Interaction, startInteraction } from './interaction.js';
import { networkAttributes } from './network.js';
import { CLIENT, Span } from './span.js';

/** The loading of the page, from the click that asked for it; the requests of its first view belong to it. */
export function tracePageLoad(): void {
  const interaction = startInteraction('page load', {}, 0);
  interaction.hold();
  const add = () => {
    addEntries(interaction);
    interaction.release();
  };
  if (document.readyState === 'complete') add();
  // loadEventEnd is known when the event's listeners are through.
  else window.addEventListener('load', () => setTimeout(add));
}

function addEntries(interaction: Interaction): void {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (navigation) {
    addEntry(interaction, navigation, 'GET document');
    Object.assign(interaction.root.attributes, {
      'cruddur.page.navigation': navigation.type,
      'cruddur.page.dom_interactive_ms': navigation.domInteractive,
      'cruddur.page.load_event_ms': navigation.loadEventEnd,
      'cruddur.page.first_contentful_paint_ms': performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    });
  }
  for (const entry of performance.getEntriesByType('resource') as PerformanceResourceTiming[]) {
    if (entry.initiatorType !== 'fetch' && entry.initiatorType !== 'xmlhttprequest')
      addEntry(interaction, entry, `GET ${entry.initiatorType}`);
  }
}

function addEntry(interaction: Interaction, entry: PerformanceResourceTiming, name: string): void {
  const { root } = interaction;
  const span = new Span(root.traceId, name, CLIENT, root.spanId, entry.startTime, {
    'http.request.method': 'GET',
    'url.full': entry.name,
    'http.response.status_code': entry.responseStatus || undefined,
    ...networkAttributes(entry),
  });
  interaction.add(span, entry.responseEnd);
}
