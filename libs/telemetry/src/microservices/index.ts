// Loads nothing of @nestjs/microservices: an application without it can import this.
export { keepContext } from './deliver-in.js';
export type { Carrier, Fields, Packet } from './carrier.js';
export { MICROSERVICES_INSTRUMENTATION, instrumentMicroservices, microservicesInstrumentation } from './instrument.js';
export { type TransportDescription, registerTransport } from './transport.js';
