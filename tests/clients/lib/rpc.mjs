// JSON-RPC with nothing in between, for what a client library would hide: exact codes, messages and shapes.
import { rpcUrl } from './env.mjs';

export class RpcError extends Error {
  constructor(method, { code, message, data }) {
    super(message);
    this.name = 'RpcError';
    this.method = method;
    this.code = code;
    this.data = data;
  }
}

let id = 0;

/** Calls `method` and gives its result, or throws the error object as an `RpcError`. */
export async function rpc(method, ...params) {
  const response = await fetch(rpcUrl(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
  });
  const body = await response.json();
  if (body.error) throw new RpcError(method, body.error);
  return body.result;
}

/** The error that `method` fails with; throws if it succeeds. */
export async function rpcError(method, ...params) {
  let result;
  try {
    result = await rpc(method, ...params);
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error(`${method} was expected to fail, but gave ${JSON.stringify(result)}`);
}
