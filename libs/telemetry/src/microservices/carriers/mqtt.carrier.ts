import { type MqttContext, MqttRecord } from '@nestjs/microservices';
import { type Carrier, isRecord } from '../carrier.js';

/** MQTT 5 user properties. Version 3 of the protocol has no place beside the payload. */
export const mqttCarrier: Carrier = {
  attach(packet, fields) {
    const { data } = packet;
    const options = (data instanceof MqttRecord ? data.options : undefined) ?? {};
    const properties = { ...options.properties, userProperties: { ...options.properties?.userProperties, ...fields } };
    return { ...packet, data: new TracedRecord(data, { ...options, properties }) };
  },
  detach(packet) {
    return packet.data instanceof TracedRecord ? { ...packet, data: packet.data.original } : packet;
  },
  extract(rpcContext) {
    const packet = (rpcContext as MqttContext).getPacket() as { properties?: { userProperties?: unknown } } | undefined;
    const userProperties = packet?.properties?.userProperties;
    return isRecord(userProperties) ? userProperties : undefined;
  },
};

/** The client reads its publish options from a record, before it serialises: what the caller sent is kept beside. */
class TracedRecord extends MqttRecord {
  constructor(
    readonly original: unknown,
    options: MqttRecord['options'],
  ) {
    super(original instanceof MqttRecord ? original.data : original, options);
  }
}
