import protobuf from "protobufjs/light.js";

/** An entry of a TensorBoard event file: one of its version, numbers at a step, or a mark that the run went on. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] };
  readonly sessionLog?: { readonly status: "START" };
}

// The fields that we write of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
const { root } = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ["fileVersion", "summary", "sessionLog"] } },
      fields: {
        wallTime: { type: "double", id: 1 },
        step: { type: "int64", id: 2 },
        fileVersion: { type: "string", id: 3 },
        summary: { type: "Summary", id: 5 },
        sessionLog: { type: "SessionLog", id: 7 },
      },
    },
    Summary: {
      fields: { value: { rule: "repeated", type: "Value", id: 1 } },
      nested: {
        Value: {
          // As a oneof's member a 0 is written; a plain field's would be left out, and the point with it.
          oneofs: { value: { oneof: ["simpleValue"] } },
          fields: { tag: { type: "string", id: 1 }, simpleValue: { type: "float", id: 2 } },
        },
      },
    },
    SessionLog: {
      fields: { status: { type: "Status", id: 1 } },
      nested: { Status: { values: { STATUS_UNSPECIFIED: 0, START: 1 } } },
    },
  },
});
const Event = root.lookupType("Event");

/** The bytes of an `Event` message. */
export function encodeEvent(event: TensorBoardEvent): Uint8Array {
  return Event.encode(Event.fromObject(event)).finish();
}
