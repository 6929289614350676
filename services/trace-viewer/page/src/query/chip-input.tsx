import { useId, useState } from 'preact/hooks';

/** A list of short texts as chips, and a field with suggestions for the next one. */
export function ChipInput(props: {
  label: string;
  placeholder: string;
  values: readonly string[];
  offered: readonly string[];
  /** The text to add, or undefined when it is not valid. */
  parse: (text: string) => string | undefined;
  problem?: string;
  onChange: (values: string[]) => void;
}) {
  const { values, onChange } = props;
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const add = (typed: string) => {
    const value = typed.trim() && props.parse(typed.trim());
    if (!value) return setWrong(!!typed.trim());
    if (!values.includes(value)) onChange([...values, value]);
    setText('');
  };
  // A choice from the list arrives as input without a key.
  const typed = (event: InputEvent & { currentTarget: HTMLInputElement }) => {
    const next = event.currentTarget.value;
    setWrong(false);
    if (event.inputType === 'insertReplacementText' || event.inputType === undefined) {
      if (props.offered.includes(next)) return add(next);
    }
    setText(next);
  };
  return (
    <div class="filter-bar">
      {values.map((value) => (
        <span class="chip" key={value}>
          <span class="chip-text chip-static">{value}</span>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Remove ${value}`}
            onClick={() => onChange(values.filter((other) => other !== value))}
          >
            ✕
          </button>
        </span>
      ))}
      <input
        class="filter-input"
        list={id}
        aria-label={props.label}
        aria-invalid={wrong}
        placeholder={values.length ? '' : props.placeholder}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={typed}
        onBlur={() => text && add(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add(text);
          if (event.key === 'Backspace' && !text && values.length) onChange(values.slice(0, -1));
        }}
      />
      <datalist id={id}>
        {props.offered
          .filter((offer) => !values.includes(offer))
          .map((offer) => (
            <option key={offer} value={offer} />
          ))}
      </datalist>
      {wrong && props.problem && (
        <span class="filter-problem" role="alert">
          {props.problem}
        </span>
      )}
    </div>
  );
}
