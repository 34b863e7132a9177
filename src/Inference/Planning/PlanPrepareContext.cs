namespace Inference.Planning;

/// <summary>What a plan tells an operator while its kernel is prepared.</summary>
internal sealed class PlanPrepareContext(SharedConstants shared, int threads, RunControl control) : PrepareContext
{
    private PlanNode _node = null!;

    public override Node Node => _node.Node;

    public override int Threads => threads;

    public override ModelPrecision Precision => shared.Precision;

    public override void Claim(long bytes) => control.Memory.Claim(bytes);

    public void Reset(PlanNode node) => _node = node;

    public override bool HasInput(int index) => index < _node.Inputs.Length && _node.Inputs[index] is not null;

    public override ElementType InputType(int index) => _node.Inputs[index]!.Type!.ElementType;

    public override ReadOnlySpan<long> InputDims(int index) => _node.Inputs[index]!.Dims;

    public override ReadOnlySpan<long> OutputDims(int index) => _node.Outputs[index]!.Dims;

    public override ElementType OutputType(int index) => _node.Outputs[index]!.Type!.ElementType;

    public override Tensor? Constant(int index) => HasInput(index) ? _node.Inputs[index]!.Constant : null;

    public override T Shared<T>(int input, PackedForm<T> form, Func<T> make) => shared.Get(Constant(input)!, form, make, control);
}
