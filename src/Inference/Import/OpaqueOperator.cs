namespace Inference.Import;

/// <summary>Stands for an operator that the engine does not have, until another provider takes the node. Never run.</summary>
internal sealed class OpaqueOperator : Operator
{
    public OpaqueOperator() => Rules = InputRules.Unread;

    public override bool IsDeterministic => false;

    protected override void InferOutputs(InferContext context)
    {
    }

    public override void Run(KernelContext context) => throw context.Error("the operator is not supported by the provider 'cpu'.");
}
