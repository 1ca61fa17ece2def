import { fileDamaged } from "../errors.js";
import type { ByteReader } from "./byte-reader.js";

/** A class or function that a pickle names. It is only a name: nothing that a file says is ever run. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** An object of a class that nobody here knows: kept, so that what stands beside it can be read, and never looked into. */
class OpaqueObject {
  constructor(readonly global: PickleGlobal) {}
}

export interface PickleHandlers {
  /** What calling a known global gives; undefined for one that is not known. */
  reduce(global: string, args: readonly unknown[]): unknown;
  /** What an object outside of the pickle is. */
  persistent(id: unknown): unknown;
}

const mark = Symbol("mark");

/**
 * Reads one pickle of protocol 2 to 5, as `torch.save` writes them. Dictionaries become maps, lists and tuples arrays. Python's own
 * reader runs what a file tells it to; this one has a fixed set of calls, the handlers', and makes inert objects of all others.
 *
 * @throws SIMCLR_ERROR__WEIGHTS__FILE_DAMAGED
 * @see Python's Lib/pickletools.py for the opcodes
 */
export function unpickle(reader: ByteReader, file: string, handlers: PickleHandlers): unknown {
  const stack: unknown[] = [];
  const memo: unknown[] = [];
  const damaged = (reason: string) => fileDamaged(file, `its pickle ${reason}`);
  const pop = () => {
    if (stack.length === 0) throw damaged("takes more from its stack than is there");
    return stack.pop();
  };
  const popToMark = () => {
    const start = stack.lastIndexOf(mark);
    if (start < 0) throw damaged("has no mark where one is needed");
    const items = stack.splice(start).slice(1);
    return items;
  };
  const keep = (index: number) => {
    memo[index] = stack.at(-1);
  };
  const recall = (index: number) => {
    if (!(index in memo)) throw damaged(`recalls object ${index}, which it never kept`);
    stack.push(memo[index]);
  };
  const setItems = (items: readonly unknown[]) => {
    const target = stack.at(-1);
    if (target instanceof Map) for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
    else if (!(target instanceof OpaqueObject)) throw damaged("sets items of what is no dictionary");
  };
  const append = (items: readonly unknown[]) => {
    const target = stack.at(-1);
    if (Array.isArray(target)) for (const item of items) target.push(item);
    else if (!(target instanceof OpaqueObject)) throw damaged("appends to what is no list");
  };
  const call = (callee: unknown, args: unknown) => {
    if (!(callee instanceof PickleGlobal)) return new OpaqueObject(new PickleGlobal("unknown"));
    return handlers.reduce(callee.name, Array.isArray(args) ? args : []) ?? new OpaqueObject(callee);
  };
  const opcodes: Readonly<Record<number, () => void>> = {
    128: () => void reader.uint8(), // PROTO
    149: () => reader.skip(8), // FRAME
    40: () => stack.push(mark), // MARK
    48: () => pop(), // POP
    49: () => popToMark(), // POP_MARK
    50: () => stack.push(stack.at(-1)), // DUP
    78: () => stack.push(null), // NONE
    136: () => stack.push(true), // NEWTRUE
    137: () => stack.push(false), // NEWFALSE
    74: () => stack.push(reader.int32()), // BININT
    75: () => stack.push(reader.uint8()), // BININT1
    77: () => stack.push(reader.uint16()), // BININT2
    138: () => stack.push(reader.long(reader.uint8())), // LONG1
    139: () => stack.push(reader.long(reader.int32())), // LONG4
    71: () => stack.push(reader.bigEndianFloat64()), // BINFLOAT
    88: () => stack.push(reader.text(reader.uint32())), // BINUNICODE
    140: () => stack.push(reader.text(reader.uint8())), // SHORT_BINUNICODE
    141: () => stack.push(reader.text(reader.uint64())), // BINUNICODE8
    84: () => stack.push(reader.text(reader.uint32())), // BINSTRING
    85: () => stack.push(reader.text(reader.uint8())), // SHORT_BINSTRING
    66: () => stack.push(reader.bytes(reader.uint32())), // BINBYTES
    67: () => stack.push(reader.bytes(reader.uint8())), // SHORT_BINBYTES
    142: () => stack.push(reader.bytes(reader.uint64())), // BINBYTES8
    150: () => stack.push(reader.bytes(reader.uint64())), // BYTEARRAY8
    125: () => stack.push(new Map()), // EMPTY_DICT
    93: () => stack.push([]), // EMPTY_LIST
    41: () => stack.push([]), // EMPTY_TUPLE
    143: () => stack.push([]), // EMPTY_SET
    116: () => stack.push(popToMark()), // TUPLE
    108: () => stack.push(popToMark()), // LIST
    145: () => stack.push(popToMark()), // FROZENSET
    100: () => {
      const items = popToMark(); // DICT
      stack.push(new Map());
      setItems(items);
    },
    133: () => stack.push([pop()]), // TUPLE1
    134: () => stack.push([pop(), pop()].reverse()), // TUPLE2
    135: () => stack.push([pop(), pop(), pop()].reverse()), // TUPLE3
    115: () => setItems([pop(), pop()].reverse()), // SETITEM
    117: () => setItems(popToMark()), // SETITEMS
    97: () => append([pop()]), // APPEND
    101: () => append(popToMark()), // APPENDS
    144: () => append(popToMark()), // ADDITEMS
    113: () => keep(reader.uint8()), // BINPUT
    114: () => keep(reader.uint32()), // LONG_BINPUT
    148: () => void memo.push(stack.at(-1)), // MEMOIZE
    104: () => recall(reader.uint8()), // BINGET
    106: () => recall(reader.uint32()), // LONG_BINGET
    99: () => stack.push(new PickleGlobal(`${reader.line()}.${reader.line()}`)), // GLOBAL
    147: () => {
      const name = pop(); // STACK_GLOBAL
      stack.push(new PickleGlobal(`${pop()}.${name}`));
    },
    82: () => {
      const args = pop(); // REDUCE
      stack.push(call(pop(), args));
    },
    129: () => {
      const args = pop(); // NEWOBJ
      stack.push(call(pop(), args));
    },
    146: () => {
      pop(); // NEWOBJ_EX
      const args = pop();
      stack.push(call(pop(), args));
    },
    98: () => pop(), // BUILD: attributes of an object, which no state dict's numbers are among
    81: () => stack.push(handlers.persistent(pop())), // BINPERSID
  };
  for (;;) {
    const opcode = reader.uint8();
    if (opcode === 46) return pop(); // STOP
    const run = opcodes[opcode];
    if (!run) throw damaged(`has the instruction ${opcode} at byte ${reader.position - 1}, which is not read`);
    run();
  }
}
