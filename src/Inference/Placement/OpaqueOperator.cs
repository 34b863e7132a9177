namespace Inference.Placement;

/// <summary>Stands for an operator that the engine does not have while types are inferred for placement. Never run.</summary>
internal sealed class OpaqueOperator : Operator
{
    public override bool IsDeterministic => false;

    protected override void InferOutputs(InferContext context)
    {
    }

    public override void Run(KernelContext context) => throw context.Error("the operator is not supported by the provider 'cpu'.");
}
