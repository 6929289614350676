export { AcknowledgeInterceptor } from './acknowledge.interceptor.js';
export { type CloudEvent, eventParser } from './cloud-event.js';
export { brokerUrlSchema, tcpUrlSchema } from './event-url.js';
export { EventPublisher, type EventPublisherOptions, type OutgoingEvent } from './event-publisher.js';
export { EventRejectedError, EventUnacceptedError, reasonOf, refusalOf, type Refusal } from './errors.js';
export { eventServer, type EventServerOptions } from './event-server.js';
export { RabbitMqServer } from './rabbitmq-server.js';
export { deadLetterQueueOf } from './rabbitmq-topology.js';
