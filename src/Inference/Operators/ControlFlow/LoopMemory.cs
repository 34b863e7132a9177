namespace Inference.Operators.ControlFlow;

/// <summary>The values that a Loop hands to its body and gets back, used again from run to run. What an iteration gives is what the next one takes, so memory is used again every other iteration.</summary>
internal sealed class LoopMemory : StepMemory
{
    private readonly Tensor _iteration = Tensor.Scalar(0L);
    private readonly Tensor _flag = Tensor.Scalar(true);

    /// <summary>The iteration, the condition, and the carried values.</summary>
    public EngineValue?[] Inputs { get; private set; } = [];

    /// <summary>What even iterations gave.</summary>
    public EngineValue?[] Outputs { get; private set; } = [];

    /// <summary>What odd iterations gave.</summary>
    public EngineValue?[] OtherOutputs { get; private set; } = [];

    /// <summary>What is stacked.</summary>
    public StackedValues[] Stacked { get; private set; } = [];

    /// <summary>Starts a run.</summary>
    /// <param name="carried">Carried values.</param>
    /// <param name="outputs">Outputs of the body.</param>
    public void Begin(int carried, int outputs)
    {
        if (Outputs.Length != outputs)
        {
            Inputs = new EngineValue?[carried + 2];
            Outputs = new EngineValue?[outputs];
            OtherOutputs = new EngineValue?[outputs];
            Stacked = new StackedValues[outputs - 1 - carried];
            for (int i = 0; i < Stacked.Length; i++)
            {
                Stacked[i] = new();
            }
        }

        foreach (StackedValues stacked in Stacked)
        {
            stacked.Begin();
        }

        Inputs[0] = _iteration;
        Inputs[1] = _flag;
    }

    /// <summary>Sets what the body is told of its iteration.</summary>
    public void Set(long iteration, bool condition)
    {
        _iteration.Span<long>()[0] = iteration;
        _flag.Span<bool>()[0] = condition;
    }

    public override void Count(MemoryCount count)
    {
        Count(count, Inputs);
        Count(count, Outputs);
        Count(count, OtherOutputs);
        foreach (StackedValues stacked in Stacked)
        {
            stacked.Count(count);
        }
    }

    protected override long Keep(long most)
    {
        Inputs.AsSpan().Clear();
        long bytes = Keep(Outputs, most);
        bytes += Keep(OtherOutputs, most - bytes);
        foreach (StackedValues stacked in Stacked)
        {
            bytes += stacked.Keep(most - bytes);
        }

        return bytes;
    }
}
