import { RefusalError, raise } from '../errors';
import type { Flow } from '../flows';
import type { EdgeProduct } from './product';

/**
 * Refuses a flow that a product cannot express.
 *
 * @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE`, always
 */
export function refuseFlow(product: Pick<EdgeProduct, 'name'>, flow: Flow, because: string, instead: string): never {
  const reason = `${product.name} cannot let ${flow.name} through, and nothing wider is written in its place: ${because}`;
  return raise(
    new RefusalError({
      code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
      explanation: `${reason}\n\n  In its place: ${instead}`,
      reasons: [reason],
      alternatives: [instead],
    }),
  );
}
