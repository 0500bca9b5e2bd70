/** What can be done to a selected node. */
import type { Frame } from '../../../session/view.ts';
import { Menu } from '../../components/Menu.tsx';
import { bearsLiars, byzantineFaults, type FaultChoice, machineFaults, stepCrashes } from '../../lib/faults.ts';
import { useInject } from '../../playground.tsx';

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
  if (node.kind === 'validator' && bearsLiars(frame.declaration, frame.scenario.shards)) {
    groups.push({
      title: 'Make it Byzantine',
      items: byzantineFaults(node.id, frame.declaration.behaviours).map(item),
    });
  }
  return <Menu label="Faults" icon="faults" groups={groups} />;
}
