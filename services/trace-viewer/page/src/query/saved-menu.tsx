import { useEffect, useState } from 'preact/hooks';
import { type QuerySpecInput, type SavedQuery } from '../api/types.js';
import { Dialog } from '../ui/dialog.js';
import { ErrorNote } from '../ui/notes.js';
import { type TimeRange } from '../ui/time-range.js';
import { describeQuery } from './history.js';
import { Menu } from './menu.js';
import { encodeQuery, type QueryState } from './query-url.js';
import { forget, loadSaved, save, saved, savedHref, savedProblem, slugOf } from './saved-queries.js';

/** The queries in the repository's queries/ folder, and saving this one among them. */
export function SavedMenu({ state, range }: { state: QueryState; range: TimeRange }) {
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<Error>();
  useEffect(() => void loadSaved(), []);
  return (
    <>
      <Menu label="Saved">
        {savedProblem.value && <p class="menu-none">{savedProblem.value.message}</p>}
        {failure && <ErrorNote error={failure} />}
        {saved.value?.queries.length === 0 && <p class="menu-none muted">Nothing is saved yet.</p>}
        {saved.value?.queries.map((query) => (
          <div class="menu-entry" key={query.slug}>
            <a href={savedHref(query)}>
              {query.name}
              <small>{query.description}</small>
            </a>
            <button
              type="button"
              class="button quiet icon"
              aria-label={`Delete ${query.name}`}
              onClick={() => {
                if (window.confirm(`Delete the saved query "${query.name}"?`)) forget(query.slug).catch(setFailure);
              }}
            >
              ✕
            </button>
          </div>
        ))}
        {saved.value?.problems.map(({ file, detail }) => (
          <p key={file} class="menu-none">
            {file}: {detail}
          </p>
        ))}
      </Menu>
      <button type="button" class="button" onClick={() => setSaving(true)}>
        Save
      </button>
      {saving && <SaveDialog state={state} range={range} onClose={() => setSaving(false)} />}
    </>
  );
}

function SaveDialog(props: { state: QueryState; range: TimeRange; onClose: () => void }) {
  const { state, range, onClose } = props;
  const [name, setName] = useState('');
  const [description, setDescription] = useState(defaultDescription(state));
  const [failure, setFailure] = useState<Error>();
  const slug = slugOf(name);
  const exists = saved.value?.queries.some((query) => query.slug === slug);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const query: QuerySpecInput = { ...state.spec, time_range: Math.round((range.end - range.start) / 1000) };
    try {
      await save(slug, { name: name.trim(), description, dataset: state.dataset, query } as SavedQuery);
      onClose();
    } catch (error) {
      setFailure(error as Error);
    }
  };
  return (
    <Dialog title="Save this query" onClose={onClose}>
      <form class="save-form" onSubmit={(event) => void submit(event)}>
        <label>
          Name
          <input
            class="field"
            required
            pattern=".*[A-Za-z0-9].*"
            maxLength={120}
            autofocus
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          Description
          <textarea
            class="field"
            rows={3}
            value={description}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </label>
        <p class="small muted">
          {slug ? (
            <>
              Becomes <code>queries/{slug}.json</code>
              {exists && ', replacing the one that is there'}
            </>
          ) : (
            'Becomes a file in queries/, which Honeycomb takes as well.'
          )}
        </p>
        {failure && <ErrorNote error={failure} />}
        <button type="submit" class="button primary">
          {exists ? 'Replace' : 'Save'}
        </button>
      </form>
    </Dialog>
  );
}

function defaultDescription(state: QueryState): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(encodeQuery(state)))
    for (const one of Array.isArray(value) ? value : value === null ? [] : [value]) search.append(name, one);
  return describeQuery(search.toString());
}
