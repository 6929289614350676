import { useEffect } from 'preact/hooks';
import { noteServices } from './service-colour.js';
import { valuesOf } from './columns.js';

/** Learns the names of all services, for choices and colours. */
export function useServices(): void {
  useEffect(() => {
    void valuesOf('spans', 'service.name').then(noteServices, () => undefined);
  }, []);
}
