/** What can be done to a selected node. */
import { faultDomain } from '../../../core/quorum.ts';
import type { Frame } from '../../../session/view.ts';
import { Menu } from '../../components/Menu.tsx';
import { byzantineFaults, type FaultChoice, machineFaults, stepCrashes } from '../../lib/faults.ts';
import { useInject } from '../../playground.tsx';

/** A shard of several validators bears liars, whatever shards of one node bear. */
function bearsLiars({ declaration, nodes, scenario }: Frame): boolean {
  const validatorCount = nodes.filter(({ kind }) => kind === 'validator').length;
  const validatorsPerShard = scenario.shards?.validatorsPerShard ?? null;
  return faultDomain({ validatorCount, validatorsPerShard }, declaration.faultModel).faultModel === 'byzantine';
}

export function FaultMenu({ frame, node }: { readonly frame: Frame; readonly node: Frame['nodes'][number] }) {
  const inject = useInject();
  const others = frame.nodes.filter((other) => other.index !== node.index).map((other) => other.id);
  const item = (choice: FaultChoice) => ({
    label: choice.label,
    explain: choice.explain,
    run: () => void inject(choice.fault),
  });
  const groups = [{ title: 'Machine and links', items: machineFaults(node.id, others).map(item) }];
  const steps = stepCrashes(node.id, frame.declaration, frame.scenario.shards?.commit ?? null);
  if (node.kind === 'validator' && steps.length > 0) groups.push({ title: 'Crash at a step', items: steps.map(item) });
  if (node.kind === 'validator' && bearsLiars(frame)) {
    groups.push({
      title: 'Make it Byzantine',
      items: byzantineFaults(node.id, frame.declaration.behaviours).map(item),
    });
  }
  return <Menu label="Faults" icon="faults" groups={groups} />;
}
