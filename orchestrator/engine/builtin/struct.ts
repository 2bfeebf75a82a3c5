/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: google-protobuf's Struct has no useful types */
import type { Json, Properties } from "./model";

const { Struct, Value, ListValue, NullValue } = require("google-protobuf/google/protobuf/struct_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;

export const empty = (): any => new Empty();

/** A Struct that becomes one when it is written or looked into; between two ends in one process it stays plain. */
class PlainStruct extends Struct {
  private filled = false;
  constructor(readonly plain: Properties) {
    super();
  }
  getFieldsMap(noLazyCreate?: boolean): any {
    if (!this.filled) {
      this.filled = true;
      const fields = super.getFieldsMap();
      for (const key of Object.keys(this.plain)) {
        const value = this.plain[key];
        if (value !== undefined) fields.set(key, toValue(value));
      }
    }
    return super.getFieldsMap(noLazyCreate);
  }
}

/** A protocol Struct from plain properties; `undefined` members are left out as the SDK does. */
export function toStruct(properties: Properties | undefined): any {
  return properties === undefined ? new Struct() : new PlainStruct(properties);
}

/** A copy as it would come over a wire: nobody's own, without `undefined` members. */
function copied(json: Json): Json {
  if (Array.isArray(json)) return json.map((item) => (item === undefined ? null : copied(item)));
  if (typeof json !== "object" || json === null) return json;
  const copy: Properties = {};
  for (const key of Object.keys(json)) {
    const value = json[key];
    if (value !== undefined) copy[key] = copied(value);
  }
  return copy;
}

export function toValue(json: Json): any {
  const value = new Value();
  if (json === null || json === undefined) value.setNullValue(NullValue.NULL_VALUE);
  else if (typeof json === "string") value.setStringValue(json);
  else if (typeof json === "number") value.setNumberValue(json);
  else if (typeof json === "boolean") value.setBoolValue(json);
  else if (Array.isArray(json)) {
    const list = new ListValue();
    list.setValuesList(json.map(toValue));
    value.setListValue(list);
  } else value.setStructValue(toStruct(json));
  return value;
}

/** Plain properties from a protocol Struct; an absent Struct has none. */
export function fromStruct(struct: any): Properties {
  if (struct instanceof PlainStruct) return copied(struct.plain) as Properties;
  const properties: Properties = {};
  struct?.getFieldsMap().forEach((value: any, key: string) => {
    properties[key] = fromValue(value);
  });
  return properties;
}

export function fromValue(value: any): Json {
  switch (value.getKindCase()) {
    case Value.KindCase.STRING_VALUE:
      return value.getStringValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.STRUCT_VALUE:
      return fromStruct(value.getStructValue());
    case Value.KindCase.LIST_VALUE:
      return value.getListValue().getValuesList().map(fromValue);
    default:
      return null;
  }
}
