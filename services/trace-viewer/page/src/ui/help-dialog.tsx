import { Dialog } from './dialog.js';
import './help-dialog.css';

const KEYS: readonly { group: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      ['?', 'this list'],
      ['g t', 'traces'],
      ['g s', 'services'],
      ['g l', 'logs'],
      ['g q', 'query'],
      ['g b', 'boards'],
      ['/', 'search or filter'],
      ['Esc', 'close, or clear the selection'],
    ],
  },
  {
    group: 'Lists',
    keys: [
      ['j k', 'next, previous'],
      ['Enter', 'open'],
    ],
  },
  {
    group: 'In a trace',
    keys: [
      ['j k', 'next, previous span'],
      ['h l', 'fold, unfold'],
      ['e E', 'next, previous error'],
      ['n N', 'next, previous match'],
      ['c', 'critical path on, off'],
      ['z', 'zoom to the span; again for all'],
    ],
  },
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <div class="help">
        {KEYS.map(({ group, keys }) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(([combination, meaning]) => (
                <div key={combination}>
                  <dt>
                    {combination.split(' ').map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
