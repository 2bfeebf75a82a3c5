/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: google-protobuf's Struct has no useful types */
import type { Json, Properties } from "./model";

const { Struct, Value, ListValue, NullValue } = require("google-protobuf/google/protobuf/struct_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;

export const empty = (): any => new Empty();

/** A protocol Struct from plain properties; `undefined` members are left out as the SDK does. */
export function toStruct(properties: Properties | undefined): any {
  const struct = new Struct();
  if (properties === undefined) return struct;
  const fields = struct.getFieldsMap();
  for (const key of Object.keys(properties)) {
    const value = properties[key];
    if (value !== undefined) fields.set(key, toValue(value));
  }
  return struct;
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
