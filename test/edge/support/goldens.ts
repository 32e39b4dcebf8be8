import { renderEdge } from '../../../lib/edge';
import { edgeProduct } from '../../../lib/edge/render';
import type { EdgeRole } from '../../../lib/edge/role';
import { planOf, sitesOf } from './describe-product';

/** The whole text of every file, for every role: so that a change of it is seen by whoever reviews it. */
export function describeGoldens(id: string, planName: (role: EdgeRole) => string = () => 'PPTP'): void {
  const roles = Object.keys(edgeProduct(id).roles) as EdgeRole[];
  describe.each(roles.flatMap(sitesOf))(`${id}, $role $publication, word for word`, (site) => {
    const { files } = renderEdge(planOf(planName(site.role)), id, site);
    test.each(files)('$name', ({ text }) => {
      expect(text).toMatchSnapshot();
    });
  });
}
