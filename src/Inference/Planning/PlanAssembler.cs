using Inference.Rewriting.Framework;

namespace Inference.Planning;

/// <summary>Gives live values their slots and memory, prepares kernels, and makes the plan.</summary>
internal sealed class PlanAssembler(SharedConstants shared, int threads, Concretizer concretizer, RunControl control)
{
    private readonly List<PlanValue> _slots = [];
    private readonly Dictionary<PlanValue, ArenaLayout.Block> _blocks = [];
    private readonly HashSet<PlanValue> _outputRoots = [];

    public Plan Assemble(List<PlanNode> nodes, PlanValue[] inputs, PlanValue[] outputs)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            nodes[i].Index = i;
        }

        Dictionary<PlanValue, int> lastUse = LastUses(nodes, outputs);
        ShareViews(nodes);
        ShareInPlace(nodes, lastUse, outputs);
        foreach (PlanValue output in outputs)
        {
            // The caller owns the memory of an output, so results need no copy; a second output over the same memory is copied.
            PlanValue root = output.Root;
            if (root is { IsStatic: true, Constant: null, InputIndex: < 0 })
            {
                _outputRoots.Add(root);
            }
        }

        PlaceInArena(nodes, lastUse, out long arenaBytes);
        CheckMemory(arenaBytes);
        var steps = new PlanStep[nodes.Count];
        long scratch = 0;
        var prepare = new PlanPrepareContext(shared, threads, control);
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = MakeStep(nodes[i], prepare);
            scratch = Math.Max(scratch, steps[i].Kernel?.ScratchBytes ?? 0);
        }

        int[] inputSlots = [.. inputs.Select(i => i.Constant is null && lastUse.ContainsKey(i) ? SlotOf(i) : -1)];
        int[] outputSlots = [.. outputs.Select(SlotOf)];
        for (int i = 0; i < _slots.Count; i++)
        {
            SlotOf(_slots[i].Root);
        }

        return new(steps, [.. _slots.Select(Spec)], inputSlots, outputSlots, arenaBytes, scratch) { FoldedBytes = concretizer.FoldedBytes };
    }

    // A plan that exceeds the memory limit of every run is rejected before kernels are prepared for it.
    private void CheckMemory(long arenaBytes)
    {
        long bytes = arenaBytes;
        foreach (PlanValue root in _outputRoots)
        {
            bytes = checked(bytes + root.Type!.ElementType.ByteCount(TensorShape.Count(root.Dims)));
        }

        control.Memory.Claim(bytes);
        control.Memory.Release(bytes);
    }

    private static Dictionary<PlanValue, int> LastUses(List<PlanNode> nodes, PlanValue[] outputs)
    {
        var lastUse = new Dictionary<PlanValue, int>();
        foreach (PlanNode node in nodes)
        {
            foreach (PlanValue? input in node.Inputs)
            {
                if (input is not null)
                {
                    lastUse[input] = node.Index;
                }
            }

            foreach (PlanValue capture in node.Captures)
            {
                lastUse[capture] = node.Index;
            }
        }

        foreach (PlanValue output in outputs)
        {
            lastUse[output] = int.MaxValue;
        }

        return lastUse;
    }

    private static void ShareViews(List<PlanNode> nodes)
    {
        foreach (PlanNode node in nodes)
        {
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (node.Outputs[i] is { IsStatic: true } output && node.Node.Operator!.AliasOf(i) is >= 0 and var alias
                    && node.Inputs[alias] is { IsStatic: true } source && source.Type!.ElementType.ByteCount(TensorShape.Count(source.Dims)) == output.Type!.ElementType.ByteCount(TensorShape.Count(output.Dims)))
                {
                    output.SharesWith = source;
                }
            }
        }
    }

    private static void ShareInPlace(List<PlanNode> nodes, Dictionary<PlanValue, int> lastUse, PlanValue[] outputs)
    {
        // The last use of memory is the last use of any view of it.
        var lastOfRoot = new Dictionary<PlanValue, int>();
        foreach ((PlanValue value, int last) in lastUse)
        {
            PlanValue root = value.Root;
            lastOfRoot[root] = Math.Max(last, lastOfRoot.GetValueOrDefault(root, -1));
        }

        foreach (PlanNode node in nodes)
        {
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (node.Outputs[i] is not { IsStatic: true, SharesWith: null } output)
                {
                    continue;
                }

                long bytes = output.Type!.ElementType.ByteCount(TensorShape.Count(output.Dims));
                for (int k = 0; k < node.Inputs.Length; k++)
                {
                    if (node.Inputs[k] is not { IsStatic: true, Constant: null } input || !node.Node.Operator!.CanOverwrite(i, k))
                    {
                        continue;
                    }

                    PlanValue root = input.Root;
                    if (root.InputIndex < 0 && root.Constant is null && lastOfRoot.GetValueOrDefault(root, -1) == node.Index
                        && Count(node.Inputs, root) == 1 && Array.TrueForAll(node.Outputs, o => o is null || o == output || o.Root != root)
                        && input.Type!.ElementType.ByteCount(TensorShape.Count(input.Dims)) == bytes && input.Dims!.AsSpan().SequenceEqual(output.Dims))
                    {
                        output.SharesWith = root;
                        lastOfRoot[root] = Math.Max(lastOfRoot[root], lastOfRoot.GetValueOrDefault(output, node.Index));
                        break;
                    }
                }
            }
        }
    }

    private static int Count(PlanValue?[] values, PlanValue root)
    {
        int count = 0;
        foreach (PlanValue? value in values)
        {
            count += value is not null && value.Root == root ? 1 : 0;
        }

        return count;
    }

    private void PlaceInArena(List<PlanNode> nodes, Dictionary<PlanValue, int> lastUse, out long arenaBytes)
    {
        foreach (PlanNode node in nodes)
        {
            foreach (PlanValue? output in node.Outputs)
            {
                if (output is not { IsStatic: true } || output.Root is not { Constant: null, InputIndex: < 0 } root || _outputRoots.Contains(root))
                {
                    continue;
                }

                if (!_blocks.TryGetValue(root, out ArenaLayout.Block? block))
                {
                    block = new(root.Type!.ElementType.ByteCount(TensorShape.Count(root.Dims)), node.Index);
                    _blocks.Add(root, block);
                }

                // An unused value still needs memory while its node runs.
                block.Last = Math.Max(block.Last, Math.Max(node.Index, lastUse.GetValueOrDefault(output, node.Index)));
            }
        }

        arenaBytes = ArenaLayout.Place(_blocks.Values);
    }

    private PlanStep MakeStep(PlanNode node, PlanPrepareContext prepare)
    {
        bool isDynamic = Array.Exists(node.Inputs, i => i is { IsStatic: false } && i.Constant is null) || Array.Exists(node.Outputs, o => o is { IsStatic: false });
        Kernel? kernel = null;
        if (!isDynamic)
        {
            prepare.Reset(node);
            kernel = node.Node.Operator!.Prepare(prepare);
        }

        var constants = new Dictionary<Value, Tensor>();
        var captureSlots = new Dictionary<Value, int>();
        foreach (ModelGraph inner in GraphEdit.InnerGraphs(node.Node))
        {
            foreach (Value captured in inner.Captures)
            {
                PlanValue value = concretizer.Get(captured);
                if (value.Constant is { } constant)
                {
                    constants[captured] = constant;
                }
                else
                {
                    captureSlots[captured] = SlotOf(value);
                }
            }
        }

        return new(node.Node, SlotsOf(node.Inputs), SlotsOf(node.Outputs), SlotsOf(node.Captures), kernel, isDynamic) { InnerConstants = constants, CaptureSlots = captureSlots };
    }

    private int[] SlotsOf(PlanValue?[] values) => Array.ConvertAll(values, v => v is null ? -1 : SlotOf(v));

    private int SlotOf(PlanValue value)
    {
        if (value.Slot < 0)
        {
            value.Slot = _slots.Count;
            _slots.Add(value);
        }

        return value.Slot;
    }

    private SlotSpec Spec(PlanValue value)
    {
        PlanValue root = value.Root;
        SlotKind kind =
            value.Constant is not null || root.Constant is not null ? SlotKind.Constant
            : root.InputIndex >= 0 ? SlotKind.Input
            : !value.IsStatic ? SlotKind.Dynamic
            : _outputRoots.Contains(root) ? SlotKind.Output
            : SlotKind.Arena;
        Tensor? constant = value.Constant;
        if (kind == SlotKind.Constant && constant is null)
        {
            constant = new Tensor();
            constant.SetView(root.Constant!, value.Type!.ElementType, value.Dims);
        }

        long offset = kind == SlotKind.Arena ? _blocks[root].Offset : 0;
        return new(value.Name, kind, value.Type?.ElementType ?? ElementType.Undefined, value.Dims, constant, offset, root.Slot);
    }
}
