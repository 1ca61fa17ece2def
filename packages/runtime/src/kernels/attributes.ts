import { type Attribute, AttributeType } from "../binding/attributes.js";

// Types of inputs are left out everywhere: TensorFlow infers them.

export const int = (name: string, value: number | readonly number[]): Attribute => ({
  name,
  type: AttributeType.int,
  value,
});

export const float = (name: string, value: number): Attribute => ({ name, type: AttributeType.float, value });

export const bool = (name: string, value: boolean): Attribute => ({ name, type: AttributeType.bool, value });

export const text = (name: string, value: string | readonly string[]): Attribute => ({
  name,
  type: AttributeType.string,
  value,
});

export const dataType = (name: string, value: number): Attribute => ({ name, type: AttributeType.type, value });
