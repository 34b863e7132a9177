using Inference.Execution;
using Inference.Kernels.Threading;
using Inference.Planning;
using Inference.Serving;

namespace Inference.Engine;

/// <summary>Gives outputs their memory before a run and turns them into the caller's values after it.</summary>
internal static class OutputCollector
{
    private static readonly OptionalValue s_pending = new(null);

    /// <summary>Allocates the outputs that are computed in place, held by the call; the others get a place holder, so that the model's order is kept.</summary>
    public static void Allocate(ExecutablePlan plan, ExecutionFrame frame, CallState call, IReadOnlyList<ModelPort> ports, NamedValues outputs)
    {
        for (int i = 0; i < ports.Count; i++)
        {
            if (plan.OutputIsDirect[i])
            {
                SlotSpec slot = plan.Plan.Slots[plan.Plan.OutputSlots[i]];
                call.Control.Memory.Claim(slot.Type.ByteCount(TensorShape.Count(slot.Dims)));
                TensorValue value = TensorValue.Allocate(slot.Type, slot.Dims);
                frame.SetOutputMemory(i, call.HoldOutput(i, ports.Count, value));
                outputs.SetValue(ports[i].Name, value);
            }
            else
            {
                outputs.SetValue(ports[i].Name, s_pending);
            }
        }
    }

    /// <summary>Sets the other outputs to copies of what was computed.</summary>
    public static void Collect(ExecutablePlan plan, ExecutionFrame frame, CallState call, IReadOnlyList<ModelPort> ports, NamedValues outputs)
    {
        using KernelControl.Scope scope = KernelControl.Enter(call.Control);
        for (int i = 0; i < ports.Count; i++)
        {
            if (!plan.OutputIsDirect[i])
            {
                outputs.SetValue(ports[i].Name, ValueConversion.ToModel(frame.GetOutput(i), call.Control.Memory));
            }
        }
    }
}
