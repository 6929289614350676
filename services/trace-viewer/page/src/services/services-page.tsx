import { get } from '../api/client.js';
import { type ServiceList } from '../api/types.js';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { RangePicker } from '../ui/range-picker.js';
import { params } from '../ui/router.js';
import { noteServices } from '../ui/service-colour.js';
import { currentRange, refresh, type TimeRange } from '../ui/time-range.js';
import { useResource } from '../ui/use-resource.js';
import { beforeAndAfter } from './before.js';
import { BeforePicker } from './before-picker.js';
import { pairServices } from './comparison.js';
import { LatencyMultiples } from './latency-multiples.js';
import { ServiceMap } from './service-map.js';
import { ServiceTable } from './service-table.js';

/** The services and their operations side by side, in one time range or in two. */
export function ServicesPage() {
  const range = currentRange();
  const { after, before } = beforeAndAfter(range, params.value.get('vs'));
  const { data, error } = useResource(JSON.stringify([after, before]), async (signal) => {
    const [now, then] = await Promise.all([load(after, signal), before && load(before, signal)]);
    return { now, then };
  });
  if (data) noteServices(data.now.services.map(({ service }) => service));
  const pairs = data ? pairServices(data.now.services, data.then?.services) : [];
  return (
    <>
      <div class="page-head">
        <h1>Services</h1>
        <span class="push toolbar">
          <BeforePicker range={range} />
          <RangePicker />
          <button type="button" class="button" onClick={refresh}>
            Refresh
          </button>
        </span>
      </div>
      {error && <ErrorNote error={error} />}
      {!data ? (
        !error && <Loading what="services" />
      ) : pairs.length === 0 ? (
        <Nothing title="No service sent spans in this time range">Try a longer one.</Nothing>
      ) : (
        <>
          <ServiceMap services={data.now.services} edges={data.now.edges} />
          <ServiceTable pairs={pairs} comparing={!!before} />
          <LatencyMultiples pairs={pairs} comparing={!!before} />
        </>
      )}
    </>
  );
}

const load = (range: TimeRange, signal: AbortSignal): Promise<ServiceList> =>
  get<ServiceList>(
    'services',
    { start_time: new Date(range.start).toISOString(), end_time: new Date(range.end).toISOString() },
    signal,
  );
