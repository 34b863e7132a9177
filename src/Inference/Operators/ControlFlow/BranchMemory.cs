namespace Inference.Operators.ControlFlow;

/// <summary>The outputs of the branches of an If, used again from run to run.</summary>
internal sealed class BranchMemory : StepMemory
{
    private EngineValue?[] _outputs = [];

    /// <summary>What the last run's branch gave, for so many outputs.</summary>
    public Span<EngineValue?> Outputs(int count)
    {
        if (_outputs.Length != count)
        {
            _outputs = new EngineValue?[count];
        }

        return _outputs;
    }

    public override void Count(MemoryCount count) => Count(count, _outputs);

    protected override long Keep(long most) => Keep(_outputs, most);
}
