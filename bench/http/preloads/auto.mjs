import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { startSdk } from './instrumentations.mjs';

startSdk([getNodeAutoInstrumentations()]);
